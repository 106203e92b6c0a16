"""Deadlines as iCalendar (RFC 5545): what people chose as names is inert, no amount is in it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from app.infra.mail import quoted

PRODID = "-//Grappe//Appels d'offres//FR"
TITLE_LENGTH = 200
"""Characters of a title, a buyer or a consortium that an event shows."""

_STANCES = {"lead": "mandataire", "part": "cotraitant", "no": "ne répond pas"}
_LINK = re.compile(r"https?://[!-~]{3,1000}")
# Some programs show a description as HTML: what looks like a tag must not become one.
_TAGS = str.maketrans({"<": "‹", ">": "›"})


def calendar(shown: Mapping[str, Any], now: datetime) -> bytes:
    """The calendar of what ``repository.calendar`` gave, as of ``now``."""
    made = Calendar()
    made.add("PRODID", PRODID)
    made.add("VERSION", "2.0")
    made.add("CALSCALE", "GREGORIAN")
    made.add("X-WR-CALNAME", f"{_inert(shown['name'])} : remises des offres")
    for deadline in shown["deadlines"]:
        made.add_component(_event(deadline, now))
    body: bytes = made.to_ical()
    return body


def _event(deadline: Mapping[str, Any], now: datetime) -> Event:
    """An instant, not a span: a bid is late after it."""
    event = Event()
    event.add("UID", deadline["id"])
    event.add("DTSTAMP", now)
    event.add("DTSTART", datetime.fromisoformat(deadline["at"]))
    event.add("SEQUENCE", deadline["version"] - 1)
    event.add("SUMMARY", _summary(deadline))
    event.add("DESCRIPTION", "\n".join(_lines(deadline)))
    event.add("STATUS", "CANCELLED" if deadline["cancelled"] else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT")
    if deadline["url"] and _LINK.fullmatch(deadline["url"]):
        event.add("URL", deadline["url"])
    return event


def _summary(deadline: Mapping[str, Any]) -> str:
    mark = "Annulé : " if deadline["cancelled"] else "Remise des offres : "
    return mark + _inert(deadline["title"])


def _lines(deadline: Mapping[str, Any]) -> list[str]:
    wall = datetime.fromisoformat(deadline["at"]).astimezone(ZoneInfo(deadline["zone"]))
    lines = [
        f"Acheteur : {_inert(deadline['buyer'])}",
        f"Limite : {wall:%d/%m/%Y à %H:%M} ({deadline['zone']})",
    ]
    if not deadline["certain"]:
        lines.append("Heure à vérifier auprès de l'acheteur.")
    if deadline["stances"]:
        words = sorted(_STANCES[stance] for stance in deadline["stances"])
        lines.append(f"Votre entreprise : {', '.join(words)}")
    lines += [f"Groupement : {_inert(name)}" for name in deadline["consortia"]]
    return lines


def _inert(name: str) -> str:
    return quoted(name, TITLE_LENGTH).translate(_TAGS)
