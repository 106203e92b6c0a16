"""How fresh a source is, in an operator's words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.watch.models import Source
from app.watch.zones import PARIS


def line(source: Source, now: datetime) -> str:
    """A source on one line: « boamp : allumée, horaire …, à jour il y a 12 min »."""
    parts = [
        f"{source.id} ({source.kind}) : {'allumée' if source.enabled else 'éteinte'}",
        f"horaire {source.cron}",
        f"{source.window_days} j de recul, un pas de {source.pace_ms} ms",
        f"à jour {ago(source.last_success_at, now)}" if source.last_success_at else "jamais lue",
    ]
    if source.failing_since:
        parts.append(f"en échec depuis {clock(source.failing_since, now)} : {source.last_error}")
    return ", ".join(parts)


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in minutes, hours, then days."""
    passed = max(now - then, timedelta(0))
    if passed < timedelta(minutes=1):
        return "à l'instant"
    if passed < timedelta(hours=1):
        return f"il y a {passed // timedelta(minutes=1)} min"
    if passed < timedelta(days=2):
        return f"il y a {passed // timedelta(hours=1)} h"
    return f"il y a {passed.days} jours"


def clock(then: datetime, now: datetime) -> str:
    """The hour in Paris, with its day when that is another one."""
    local, today = (at.astimezone(ZoneInfo(PARIS)) for at in (then, now))
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%d/%m/%Y %H:%M}"
