"""What the documents of a tender bar beyond the walls: several bids, links, caps, one lead.

What the buyer forbids blocks, what nobody read warns, what is allowed passes. Whoever is refused
is told of its own company alone, and never of what a rival does.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.consortia.domain.rivals import (
    APPROVING,
    AlreadyLeads,
    Ground,
    Held,
    SeveralBidsForbidden,
    require_free,
)
from app.kernel.errors import AppError, Conflict
from app.tenders.domain import Rules, SeveralBids


class LinkedBidsForbidden(Conflict):
    """Bids of linked companies that are not made apart are one company's (CE n° 436532)."""

    code = "linked_bids_forbidden"
    title = (
        "L'acheteur interdit à des entreprises liées de se présenter séparément (CCP R2142-21 ; "
        "CE 8/12/2020 n° 436532) et une entreprise liée à la vôtre s'est engagée sur ce lot."
    )


class LeadsOnTender(Conflict):
    """Nobody leads two consortia on a tender: the strict reading of R2142-23."""

    code = "leads_on_tender"
    title = (
        "Votre entreprise est déjà mandataire d'un autre groupement pour cette consultation, dont "
        "les documents n'en admettent qu'un, tous lots confondus (CCP R2142-23 ; CE 10/5/2006 "
        "n° 288435)."
    )


class TooManyLots(Conflict):
    """A buyer may cap how many lots one company bids for (L2113-10)."""

    code = "too_many_lots"
    title = (
        "L'acheteur limite le nombre de lots auxquels une même entreprise répond, seule ou en "
        "groupement (CCP L2113-10)."
    )


BY_DOCUMENTS: tuple[type[AppError], ...] = (
    SeveralBidsForbidden,
    LinkedBidsForbidden,
    TooManyLots,
)
"""What bars whoever commits a company to a bid, as the documents have it."""

SEVERAL_BIDS_UNKNOWN = (
    "Votre entreprise s'est aussi engagée autrement sur ce lot, seule ou dans un autre "
    "groupement ; vérifiez que le règlement de la consultation le permet (CCP R2142-21, R2151-7)."
)
LINKED_BIDS_UNKNOWN = (
    "Une entreprise liée à la vôtre s'est engagée sur ce lot ; vérifiez que le règlement de la "
    "consultation permet à des entreprises liées de se présenter séparément : des offres qui ne "
    "sont pas autonomes comptent pour une seule (CE 8/12/2020 n° 436532)."
)
TOO_MANY_WON = (
    "L'acheteur limite à {cap} le nombre de lots attribués à une même entreprise (CCP L2113-10) : "
    "{won} le seraient. Vérifiez ce résultat auprès de lui."
)


@dataclass(frozen=True, slots=True)
class OwnBid:
    """A lot that the caller's company bids for elsewhere on the tender, and whether it leads."""

    lot_id: UUID
    leads: bool


@dataclass(frozen=True, slots=True)
class Conflicting:
    """Something that a company does elsewhere, in words; ``blocking`` unless only to be minded."""

    code: str
    message: str
    lot_id: UUID | None = None
    blocking: bool = True


def weigh(
    held: Iterable[Held], barring: Mapping[Ground, type[AppError]], rules: Rules
) -> list[str]:
    """Raise the gravest refusal that there is a ground for; else what to mind."""
    found = list(held)
    require_free(found, {**barring, **_forbidden(rules)})
    grounds = {one.ground for one in found}
    return [warning for ground, (_, warning) in _unknown(rules).items() if ground in grounds]


def conflicts_of(
    held: Iterable[Held],
    bids: Collection[OwnBid],
    rules: Rules,
    lots: Collection[UUID],
    *,
    leading: bool,
) -> Iterator[Conflicting]:
    """All that would bar a company from approving, and what to mind, in place of the gravest.

    ``leading``: whether it leads. Told to the people of that company alone.
    """
    barring = {**APPROVING, **_forbidden(rules)}
    if leading:
        barring[Ground.LEADS] = AlreadyLeads
    unknown = _unknown(rules)
    order = list(Ground)
    for one in sorted(held, key=lambda one: (order.index(one.ground), one.lot_id)):
        if one.ground in barring:
            refusal = barring[one.ground]
            yield Conflicting(refusal.code, refusal.title, one.lot_id)
        elif one.ground in unknown:
            code, warning = unknown[one.ground]
            yield Conflicting(code, warning, one.lot_id, blocking=False)
    try:
        require_under_cap(rules, bids, lots)
    except TooManyLots as refusal:
        yield Conflicting(refusal.code, str(refusal))
    if leading and _leads_again(rules, bids):
        yield Conflicting(LeadsOnTender.code, LeadsOnTender.title)


def _forbidden(rules: Rules) -> dict[Ground, type[AppError]]:
    """What the documents forbid to who is held to another bid."""
    said: dict[Ground, tuple[SeveralBids, type[AppError]]] = {
        Ground.COMPANY_SIGNED: (rules.several_bids, SeveralBidsForbidden),
        Ground.LINKED: (rules.linked_bids, LinkedBidsForbidden),
    }
    return {
        ground: refusal for ground, (word, refusal) in said.items() if word is SeveralBids.FORBIDDEN
    }


def _unknown(rules: Rules) -> dict[Ground, tuple[str, str]]:
    """Code and words of what nobody read in the documents."""
    said = {
        Ground.COMPANY_SIGNED: (
            rules.several_bids,
            ("several_bids_unknown", SEVERAL_BIDS_UNKNOWN),
        ),
        Ground.LINKED: (rules.linked_bids, ("linked_bids_unknown", LINKED_BIDS_UNKNOWN)),
    }
    return {
        ground: warning for ground, (word, warning) in said.items() if word is SeveralBids.UNKNOWN
    }


def require_one_lead(rules: Rules, bids: Collection[OwnBid]) -> None:
    """Raise LeadsOnTender when who would lead leads elsewhere, and the rules let it lead once."""
    if _leads_again(rules, bids):
        raise LeadsOnTender


def _leads_again(rules: Rules, bids: Collection[OwnBid]) -> bool:
    return rules.one_lead and any(one.leads for one in bids)


def require_under_cap(rules: Rules, bids: Collection[OwnBid], lots: Collection[UUID]) -> None:
    """Raise TooManyLots when a bid on ``lots`` more would go beyond what the buyer lets."""
    if rules.bid_cap is None:
        return
    count = len({one.lot_id for one in bids}.union(lots))
    if count > rules.bid_cap:
        raise TooManyLots(
            f"{rules.bid_cap} au plus (CCP L2113-10) ; votre entreprise répondrait à {count}."
        )


def mind_won(cap: int, won: int) -> list[str]:
    """What to mind when a company has won ``won`` lots of a tender that caps them."""
    return [TOO_MANY_WON.format(cap=cap, won=won)] if won > cap else []
