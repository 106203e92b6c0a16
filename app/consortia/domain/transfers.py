"""What parties hand to each other of their parts, and what an award gives to each.

Neither changes the parts in the 100 %: the lead's fee as a percentage goes from each party to the
lead, common expenses (compte prorata) from each to the one that keeps the account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.consortia.domain.errors import SplitNotExact
from app.consortia.domain.splits import LotSplit, exact_parts, lot_amount
from app.kernel.errors import Fault
from app.kernel.money import BPS_WHOLE, allot, share

MAX_LINES = 4_000
"""Lines of a whole split: twenty-five parties, thirty lots, five pieces each."""
MOST_HANDED_ON = BPS_WHOLE // 2
"""Of a part, in basis points: so that, however cents round, a party keeps something."""


@dataclass(frozen=True, slots=True)
class SplitPart:
    """What a party has of a lot, all tranches and items together, in cents excluding tax.

    Of it, ``fee_cents`` go to the lead, and ``expenses_cents`` are its share of the common
    expenses. ``mandate_cents`` are the lead's own fee inside its part. All are None when the
    lot has no amount.
    """

    party_id: UUID
    amount_cents: int | None
    mandate_cents: int | None
    fee_cents: int | None
    expenses_cents: int | None


@dataclass(frozen=True, slots=True)
class ExactLot:
    """A lot with its euros: its amount, those of each line piece by piece, and each party's."""

    lot: LotSplit
    amount_cents: int | None
    lines: list[list[int | None]]
    parts: list[SplitPart]


def exact_split(lots: Sequence[LotSplit], lead_id: UUID) -> list[ExactLot]:
    """Every lot to the cent; ``lead_id`` is the lead's party.

    Raises SplitNotExact with all that is wrong, lot by lot.
    """
    count = sum(len(piece.lines) for lot in lots for piece, _ in lot.pieces(""))
    if count > MAX_LINES:
        message = f"Une répartition a {MAX_LINES} lignes au plus ; celle-ci en a {count}."
        raise SplitNotExact.at("/lots", "too_many_lines", message)
    exact: list[ExactLot] = []
    wrong: list[SplitNotExact] = []
    for index, lot in enumerate(lots):
        try:
            exact.append(exact_lot(lot, f"/lots/{index}", lead_id))
        except SplitNotExact as error:
            wrong.append(error)
    if wrong:
        faults: tuple[Fault, ...] = sum((one.faults for one in wrong), ())
        raise SplitNotExact(wrong[0].detail, faults)
    return exact


def exact_lot(lot: LotSplit, pointer: str, lead_id: UUID) -> ExactLot:
    """One lot to the cent; raises SplitNotExact with what would be accepted."""
    amount = lot_amount(lot, pointer)
    _check_fee(lot, pointer, lead_id)
    pieces = list(lot.pieces(pointer))
    lines = [exact_parts(piece, where) for piece, where in pieces]
    whole: dict[UUID, int] = {}
    mandate: dict[UUID, int] = {}
    for (piece, _), parts in zip(pieces, lines, strict=True):
        for line, part in zip(piece.lines, parts, strict=True):
            whole[line.party_id] = whole.get(line.party_id, 0) + (part or 0)
            if line.mandate:
                mandate[line.party_id] = mandate.get(line.party_id, 0) + (part or 0)
    if amount is None:
        _check_expenses_without_amount(lot, pointer)
        nothing = [SplitPart(party, None, None, None, None) for party in whole]
        return ExactLot(lot, None, lines, nothing)
    _check_handed_on(lot, amount, pointer)
    expenses = _expenses(lot, list(whole.values()))
    fee_bps = lot.fee_bps or 0
    shared = [
        SplitPart(
            party_id=party,
            amount_cents=part,
            mandate_cents=mandate.get(party, 0),
            fee_cents=0 if party == lead_id else share(part, fee_bps),
            expenses_cents=expense,
        )
        for (party, part), expense in zip(whole.items(), expenses, strict=True)
    ]
    return ExactLot(lot, amount, lines, shared)


def _expenses(lot: LotSplit, parts: list[int]) -> list[int]:
    """Each party's share of the common expenses, that of who keeps the account too."""
    if lot.expenses is None:
        return [0] * len(parts)
    if lot.expenses.amount_cents is not None:
        return allot(lot.expenses.amount_cents, parts)
    return [share(part, lot.expenses.bps or 0) for part in parts]


def _check_fee(lot: LotSplit, pointer: str, lead_id: UUID) -> None:
    mandates = [line for piece, _ in lot.pieces(pointer) for line in piece.lines if line.mandate]
    if any(line.party_id != lead_id for line in mandates):
        message = "Seul le mandataire a une ligne pour son mandat (CCP R2142-24)."
        raise SplitNotExact.at(pointer, "mandate_of_another", message)
    if mandates and lot.fee_bps is not None:
        message = (
            "Le mandataire est payé d'un pourcentage de chaque part, ou du prix de sa propre "
            "tâche : l'un ou l'autre."
        )
        raise SplitNotExact.at(f"{pointer}/lead_fee", "fee_twice", message)


def _check_expenses_without_amount(lot: LotSplit, pointer: str) -> None:
    if lot.expenses is not None and lot.expenses.amount_cents is not None:
        message = "Sans montant du lot, le compte prorata se donne en pourcentage de chaque part."
        raise SplitNotExact.at(f"{pointer}/common_expenses", "fixed_without_amount", message)


def _check_handed_on(lot: LotSplit, amount_cents: int, pointer: str) -> None:
    """Fee and expenses leave each party half of its part, at least."""
    bps = (lot.fee_bps or 0) + (lot.expenses.bps or 0 if lot.expenses else 0)
    fixed = (lot.expenses.amount_cents or 0) if lot.expenses else 0
    if bps * amount_cents + BPS_WHOLE * fixed > MOST_HANDED_ON * amount_cents:
        message = (
            "La rémunération du mandataire et le compte prorata font ensemble 50 % du lot au plus."
        )
        raise SplitNotExact.at(pointer, "handed_on_too_much", message)


def fee_in(received_cents: int, part_cents: int, mandate_cents: int) -> int:
    """The lead's own fee in money that it received on its part, rounded half up, to the cent.

    Nobody knows which euros of a receipt pay the mandate: each has the same share of it. Taking
    a receipt back takes back as much.
    """
    if received_cents < 0:
        return -fee_in(-received_cents, part_cents, mandate_cents)
    return (2 * received_cents * mandate_cents + part_cents) // (2 * part_cents)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A line as it was agreed, whatever piece of the lot it is of."""

    party_id: UUID
    mandate: bool
    amount_cents: int | None
    bps: int | None


@dataclass(frozen=True, slots=True)
class AwardShare:
    """What a party holds of an awarded lot; ``mandate_cents`` of it are the lead's own fee."""

    party_id: UUID
    amount_cents: int
    mandate_cents: int


def award_shares(awarded_cents: int, agreed: Sequence[Agreed]) -> list[AwardShare]:
    """Share the awarded amount by what parties have of the lot's tranches and items together.

    The agreed euros are the weights; for a lot without, percentages are, each piece weighing
    the same. One share per party, in the order of their first lines.
    """
    weights: dict[tuple[UUID, bool], int] = {}
    for line in agreed:
        weight = line.amount_cents if line.amount_cents is not None else line.bps or 0
        key = (line.party_id, line.mandate)
        weights[key] = weights.get(key, 0) + weight
    # Once signed, the euros are the truth and percentages derive from them (DOMAIN 5.2).
    amounts = dict(zip(weights, allot(awarded_cents, list(weights.values())), strict=True))
    parties = dict.fromkeys(party for party, _ in weights)
    return [
        AwardShare(
            party,
            amounts.get((party, False), 0) + amounts.get((party, True), 0),
            amounts.get((party, True), 0),
        )
        for party in parties
    ]
