"""Who does what for how much, to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.consortia.domain.errors import SplitNotExact
from app.kernel.errors import Fault
from app.kernel.money import BPS_WHOLE, allot


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
