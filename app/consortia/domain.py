"""Rules of a joint answer. Articles are those of the Code de la commande publique."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.kernel.errors import Conflict, Fault, Forbidden, Invalid
from app.kernel.money import BPS_WHOLE, allot


class Form(StrEnum):
    """How parties are bound to the buyer (R2142-20, R2142-24)."""

    CONJOINT = "conjoint"
    CONJOINT_LIABLE_LEAD = "conjoint_liable_lead"
    SOLIDAIRE = "solidaire"


class State(StrEnum):
    """How far a joint answer has come."""

    FORMING = "forming"
    PROPOSED = "proposed"
    AGREED = "agreed"
    SUBMITTED = "submitted"
    WON = "won"
    LOST = "lost"


class PartyRole(StrEnum):
    """What a party is in the consortium."""

    LEAD = "lead"
    CO_CONTRACTOR = "co_contractor"


class Outcome(StrEnum):
    """What became of a bid on a lot."""

    WON = "won"
    LOST = "lost"


class NotParty(Forbidden):
    """The caller sees the header, but is no party."""

    code = "not_party"
    title = "Seules les entreprises du groupement peuvent le faire."


class NotLead(Forbidden):
    """The act is the lead's (R2142-20)."""

    code = "not_lead"
    title = "Seul le mandataire du groupement peut le faire."


class NotYourPart(Forbidden):
    """A party speaks for itself; the lead may record for all."""

    code = "not_your_part"
    title = "Seuls l'entreprise concernée et le mandataire peuvent le faire."


class SecondLead(Conflict):
    """Exactly one lead (R2142-20; CE 28/4/2006 n° 283942)."""

    code = "second_lead"
    title = "Un groupement a un seul mandataire (CCP R2142-20)."


class AlreadyLeads(Conflict):
    """Nobody leads two consortia for one contract, and each lot is one (R2142-23)."""

    code = "already_leads"
    title = (
        "Votre entreprise est déjà mandataire d'un groupement sur ce lot (CCP R2142-23) : "
        "une même personne ne peut représenter plus d'un candidat pour un même marché."
    )


class SeveralBidsForbidden(Conflict):
    """The buyer forbids several bids by one company (R2142-21, R2151-7)."""

    code = "several_bids_forbidden"
    title = (
        "L'acheteur interdit de se présenter dans plusieurs groupements (CCP R2142-21) et votre "
        "entreprise s'est déjà engagée dans un autre sur ce lot."
    )


class PartyExists(Conflict):
    """One company, one party."""

    code = "party_exists"
    title = "Cette entreprise est déjà du groupement."


class UnknownParty(Invalid):
    """The party is not one of this consortium's."""

    code = "unknown_party"
    title = "Cette entreprise n'est pas du groupement."


class LotNotAnswered(Invalid):
    """The lot is not one that this consortium answers."""

    code = "lot_not_answered"
    title = "Le groupement ne répond pas à ce lot."


class SplitNotExact(Invalid):
    """Parts must sum to the whole, exactly (DOMAIN 5.2)."""

    code = "split_not_exact"
    title = "La répartition doit faire exactement le total de chaque lot."


class SplitMissing(Conflict):
    """There is nothing to agree on yet (R2142-20: a conjoint group requires a split)."""

    code = "split_missing"
    title = "Écrivez d'abord la répartition de chaque lot (CCP R2142-20)."


class SplitFrozen(Conflict):
    """What was proposed for approval no longer changes."""

    code = "split_frozen"
    title = "La convention est proposée : retirez-la avant de changer le groupement."


class NotProposed(Conflict):
    """No agreement awaits approval."""

    code = "not_proposed"
    title = "Aucune convention n'attend d'approbation."


class AlreadyApproved(Conflict):
    """A party approves once."""

    code = "already_approved"
    title = "Votre entreprise a déjà approuvé cette convention."


class NotAgreed(Conflict):
    """Every party approves before the bid goes out."""

    code = "not_agreed"
    title = "Chaque entreprise doit avoir approuvé la convention avant le dépôt."


class TooLate(Conflict):
    """Late is out, by the second (R2143-2, R2151-5)."""

    code = "too_late"
    title = "Le dépôt s'est achevé après la date limite : l'offre serait hors délai (R2151-5)."


class NotSubmitted(Conflict):
    """No award without a bid."""

    code = "not_submitted"
    title = "Ce groupement n'a pas déposé d'offre : rien ne peut lui être attribué."


class AlreadyAwarded(Conflict):
    """One outcome per consortium and lot, one winner per lot."""

    code = "already_awarded"
    title = "Le sort de ce lot est déjà enregistré."


class NotAwarded(Conflict):
    """Money comes in on a contract that was won."""

    code = "not_awarded"
    title = "Ce lot n'a pas été attribué au groupement : aucun encaissement possible."


class ReceiptExists(Conflict):
    """The same receipt declared by both sides is one flow (DOMAIN 5.7)."""

    code = "receipt_exists"
    title = "Cet encaissement est déjà enregistré sous cette référence."


@dataclass(frozen=True, slots=True)
class Line:
    """A party's part of a lot: a share (bps of what fixed amounts leave), or a fixed amount."""

    party_id: UUID
    bps: int | None = None
    fixed_cents: int | None = None
    tasks: str | None = None


@dataclass(frozen=True, slots=True)
class LotSplit:
    """Who does what of a lot; ``amount_cents`` is the bid excluding tax, if it has one."""

    lot_id: UUID
    amount_cents: int | None
    lines: tuple[Line, ...]


def exact_parts(lot: LotSplit, pointer: str) -> list[int | None]:
    """Each line's euros; they sum to the lot's amount to the cent.

    Fixed amounts come first; percentages share what is left, and sum to 100 % of it by
    themselves: 3 × 33.33 % is refused. Without an amount (a framework), percentages alone are
    possible, and the parts are ``None``. ``pointer`` locates the lot in the input.

    Raises SplitNotExact with what would be accepted.
    """
    parties = [line.party_id for line in lot.lines]
    if len(set(parties)) != len(parties):
        raise _inexact(pointer, "party_twice", "Une entreprise ne figure qu'une fois par lot.")
    fixed = sum(line.fixed_cents or 0 for line in lot.lines)
    shares = [line.bps for line in lot.lines if line.bps is not None]
    if shares and sum(shares) != BPS_WHOLE:
        message = f"Les pourcentages font {_percent(sum(shares))} ; il faut exactement 100 %."
        raise _inexact(pointer, "shares_not_whole", message)
    if lot.amount_cents is None:
        if fixed:
            message = "Sans montant du lot, seuls des pourcentages sont possibles."
            raise _inexact(pointer, "fixed_without_amount", message)
        return [None] * len(lot.lines)
    left = lot.amount_cents - fixed
    if left < 0 or (not shares and left != 0) or (shares and left == 0):
        message = (
            f"Les montants fixes font {_euros(fixed)} pour un lot de {_euros(lot.amount_cents)}"
            + (" : il ne reste rien à partager en pourcentages." if shares else ".")
        )
        raise _inexact(pointer, "amounts_not_whole", message)
    portions = iter(allot(left, shares) if shares else [])
    return [
        line.fixed_cents if line.fixed_cents is not None else next(portions) for line in lot.lines
    ]


def award_parts(awarded_cents: int, agreed: Sequence[tuple[int | None, int | None]]) -> list[int]:
    """Share the awarded amount as agreed: ``agreed`` gives (euros, bps) per line.

    Once signed, the euros are the truth and percentages derive from them (DOMAIN 5.2).
    """
    weights = [euros if euros is not None else bps or 0 for euros, bps in agreed]
    return allot(awarded_cents, weights)


def _inexact(pointer: str, code: str, message: str) -> SplitNotExact:
    return SplitNotExact(message, (Fault(pointer, code, message),))


def _percent(bps: int) -> str:
    return f"{bps // 100},{bps % 100:02d} %"


def _euros(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02d} €"
