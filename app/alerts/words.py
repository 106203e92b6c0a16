"""What is told of an alert, in mails and feeds alike: French, plain, what others wrote inert."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Self

from app.alerts.inbox.domain import REMINDERS, AlertKind
from app.infra.mail import quoted
from app.people.letters import NARROW, WIDE, day, moment
from app.watch.areas import DEPARTMENTS
from app.watch.domain import NoticeKind

TITLE_LENGTH = 200
"""Characters of a title or a buyer that are shown."""
LABEL_LENGTH = 80
MAX_PLACES = 3
MAX_REASONS = 5
"""Words, codes, searches: so many say why something was found."""
ADDING = {
    NoticeKind.CORRECTION: "Avis rectificatif",
    NoticeKind.CANCELLATION: "Avis d’annulation",
    NoticeKind.AWARD: "Avis d’attribution",
}
"""What a search finds, when it is no call."""
REMINDED = {
    AlertKind.ACCOUNT_STANDING: "Le compte joint devait être soldé le {day} au plus tard.",
    AlertKind.INVOICE_UNDECIDED: "À viser par le mandataire.",
    AlertKind.REPORT_MISSING: "Le rapport annuel est à remettre le {day} au plus tard "
    "(CCP L3131-5, R3131-2).",
    AlertKind.CERTIFICATE_LAPSING: "Une de vos attestations demandées aura expiré à la date "
    "limite, le {day}.",
    AlertKind.MANDATE_ENDING: "Une habilitation du mandataire prend fin le {day}.",
}
"""What the calendar brought about; of whom and how much, the service says to who may know."""
_LINK = re.compile(r"https?://[!-~]{3,1000}")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell; ``estimate_cents`` is the buyer's, excluding tax.

    ``searches`` found it, and ``why`` says of each, as far as it is shown, what for; ``labels`` are
    those of CPV codes, where they are known.
    """

    kind: str
    notice_kind: NoticeKind | None
    title: str
    buyer: str
    departments: list[str]
    estimate_cents: int | None
    currency: str | None
    url: str | None
    deadline_at: datetime | None
    deadline_zone: str | None
    deadline_certain: bool | None
    deadline_before: datetime | None
    due_on: date | None
    searches: list[str]
    why: list[Mapping[str, Any]]
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Any) -> Self:
        """What a row of ``digests.repository.told`` says."""
        return cls(**{one.name: getattr(row, one.name) for one in fields(cls)})

    @classmethod
    def shown(cls, alert: Mapping[str, Any]) -> Self:
        """What an alert of ``inbox.repository.ALERT`` says."""
        estimate, deadline = alert["estimate"] or {}, alert["deadline"] or {}
        return cls(
            kind=alert["kind"],
            notice_kind=NoticeKind(alert["notice_kind"]) if alert["notice_kind"] else None,
            title=alert["title"],
            buyer=alert["buyer"],
            departments=alert["departments"],
            estimate_cents=estimate.get("amount_cents"),
            currency=estimate.get("currency"),
            url=alert["url"],
            deadline_at=_instant(deadline.get("at")),
            deadline_zone=deadline.get("zone"),
            deadline_certain=deadline.get("certain"),
            deadline_before=_instant(alert["deadline_before"]),
            due_on=date.fromisoformat(alert["due_on"]) if alert["due_on"] else None,
            searches=[alert["search_name"]] if alert["search_name"] else [],
            why=[alert["why"]] if alert["why"] else [],
        )

    @property
    def link(self) -> str | None:
        """The source's own page, when it is a link that is safe to show."""
        return self.url if self.url and _LINK.fullmatch(self.url) else None


def lines(told: Told) -> Iterator[str]:
    """What is told, line by line: title, who and where, what happened, the link."""
    yield quoted(told.title, TITLE_LENGTH)
    yield from details(told)
    if told.link:
        yield told.link


def details(told: Told) -> Iterator[str]:
    """What is told beside title and link."""
    facts = [quoted(told.buyer, TITLE_LENGTH)]
    if told.departments:
        facts.append(_places(told.departments))
    if told.estimate_cents is not None:
        facts.append(f"estimé à {_amount(told.estimate_cents, told.currency)}")
    yield f"{NARROW}; ".join(facts)
    yield from _happened(told)
    if reasons := list(_reasons(told.why, told.labels)):
        yield f"Pourquoi{WIDE}: {f'{NARROW}; '.join(reasons)}"


def _reasons(whys: list[Mapping[str, Any]], labels: Mapping[str, str]) -> Iterator[str]:
    """Of each criterion, what of the notice answers it; names are a person's own, or a buyer's."""

    def all_of(name: str) -> list[str]:
        return list(dict.fromkeys(one for why in whys for one in why[name]))

    if words := all_of("words"):
        yield ", ".join(f"«{WIDE}{quoted(word)}{WIDE}»" for word in words[:MAX_REASONS])
    if codes := all_of("cpv"):
        yield f"CPV {', '.join(_labelled(code, labels) for code in codes[:MAX_REASONS])}"
    if departments := all_of("departments"):
        yield _places(departments)
    elif areas := all_of("nuts"):
        yield f"NUTS {', '.join(areas[:MAX_REASONS])}"
    if any(why["buyer"] for why in whys):
        yield "cet acheteur"
    unstated = {"estimate": "montant non indiqué", "deadline": "date limite non indiquée"}
    yield from (unstated[one] for one in all_of("unstated"))


def _labelled(code: str, labels: Mapping[str, str]) -> str:
    return f"{code} ({quoted(labels[code], LABEL_LENGTH)})" if code in labels else code


def number(count: int) -> str:
    """A whole number with its thousands apart."""
    return f"{count:,}".replace(",", NARROW)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _happened(told: Told) -> Iterator[str]:
    if told.kind in REMINDERS:
        yield REMINDED[AlertKind(told.kind)].format(day=day(told.due_on) if told.due_on else None)
        return
    if told.kind == AlertKind.MATCH and told.notice_kind in ADDING:
        yield f"{ADDING[told.notice_kind]}."
    if told.kind == AlertKind.CALL_CANCELLED:
        yield "La procédure est annulée."
        return
    if told.kind == AlertKind.RESULT_PUBLISHED:
        yield "Le résultat est publié."
        return
    if told.kind == AlertKind.NOTICE_CORRECTED:
        yield "L’avis a été rectifié."
    if told.deadline_at is None or told.deadline_zone is None:
        return
    limit = moment(told.deadline_at, told.deadline_zone)
    if not told.deadline_certain:
        limit += ", heure à vérifier"
    before = told.deadline_before
    if told.kind != AlertKind.DEADLINE_MOVED:
        yield f"Date limite{WIDE}: {limit}"
    elif before is None:
        yield f"Date limite fixée au {limit}"
    else:
        word = "reportée" if told.deadline_at > before else "avancée"
        yield f"Date limite {word} au {limit}"
        yield f"Elle était le {moment(before, told.deadline_zone)}"


def _places(departments: list[str]) -> str:
    shown = [
        f"{DEPARTMENTS[code].name} ({code})" if code in DEPARTMENTS else code
        for code in departments
    ]
    more = len(shown) - MAX_PLACES
    return ", ".join(shown[:MAX_PLACES]) + (f" et {more} autres" if more > 0 else "")


def _amount(cents: int, currency: str | None) -> str:
    """Whole units: an estimate is no price."""
    unit = "€" if currency in {None, "EUR"} else currency
    return f"{number(round(cents / 100))}{WIDE}{unit} HT"
