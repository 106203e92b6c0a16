"""Alerts as a letter: French, plain text, bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from app.alerts.inbox.domain import REMINDERS, AlertKind
from app.alerts.words import Told, lines, number
from app.infra.mail import Mail, quoted
from app.people.letters import WIDE, letter, moment


@dataclass(frozen=True, slots=True)
class Update:
    """A mail's content: whose, of which time, the first of what it tells, and of how many."""

    id: UUID
    person_id: UUID
    email: str
    cluster_name: str
    zone: str
    since: datetime
    until: datetime
    told: list[Told]
    count: int


def digest(update: Update, site: str, refusal: str) -> Mail:
    """What happened, in one mail; ``refusal`` is the address that ends them."""
    cluster = quoted(update.cluster_name)
    many = "s" if update.count > 1 else ""
    parts = [
        f"Voici ce qu’il y a de neuf pour vous dans «{WIDE}{cluster}{WIDE}» depuis le "
        f"{moment(update.since, update.zone)}.",
        *_sections(update.told),
    ]
    left = update.count - len(update.told)
    if left:
        parts += [f"Et {number(left)} autre{'s' if left > 1 else ''}{WIDE}:", f"{site}/"]
    parts += [
        f"Pour recevoir ces messages à un autre rythme, réglez vos alertes{WIDE}:",
        f"{site}/",
        f"Pour ne plus en recevoir aucun{WIDE}:",
        refusal,
    ]
    return Mail(
        about=f"digest.{update.id.hex}",
        to=update.email,
        subject=f"{cluster}{WIDE}: {number(update.count)} alerte{many}",
        text=letter(site, *parts),
        at=update.until,
        refusal=refusal,
    )


def _sections(told: list[Told]) -> Iterator[str]:
    for heading, some in groupby(told, key=_heading):
        yield f"{heading}{WIDE}:"
        for one in some:
            yield "\n".join(f"    {line}" for line in lines(one))


def _heading(told: Told) -> str:
    if told.kind in REMINDERS:
        return "À faire"
    if told.kind != AlertKind.MATCH:
        return "Ce que vous suivez"
    names = [f"«{WIDE}{quoted(name)}{WIDE}»" for name in told.searches]
    return f"Trouvé par {', '.join(names)}" if names else "Nouveaux avis"
