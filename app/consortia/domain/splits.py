"""Who does what for how much, to the cent: a lot, its tranches and work items, their lines.

Lines share a price, and are its 100 %. What parties then hand to each other of their parts (the
lead's fee, common expenses) is no line: see ``transfers``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.consortia.domain.errors import SplitNotExact
from app.kernel.money import BPS_WHOLE, MAX_CENTS, allot
from app.kernel.words import euros, percent

FIRM = 0
"""The firm tranche; n above is the n-th optional one (R2113-4)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A party's part: a share (bps of what fixed amounts leave), or a fixed amount.

    ``mandate`` marks the lead's own task, the price of which is its fee: it stands beside the
    line of its work.
    """

    party_id: UUID
    bps: int | None = None
    fixed_cents: int | None = None
    tasks: str | None = None
    mandate: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A priced piece of a lot: a tranche, a work item (``label``), or a work item of a tranche."""

    tranche: int | None
    label: str | None
    amount_cents: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CommonExpenses:
    """An account of common expenses (compte prorata): its size, and the party that keeps it.

    Either ``bps`` of each part, or an amount that parties bear in proportion to their parts.
    """

    manager_id: UUID
    bps: int | None = None
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True)
class LotSplit:
    """Who does what of a lot: by ``lines`` of the whole, or item by item.

    ``amount_cents`` is the bid excluding tax, if it has one; with items it may be left out for
    their sum. ``fee_bps`` of each part is the lead's fee, when it is no task of its own.
    """

    lot_id: UUID
    amount_cents: int | None
    lines: tuple[Line, ...] = ()
    items: tuple[Item, ...] = ()
    fee_bps: int | None = None
    expenses: CommonExpenses | None = None

    def pieces(self, pointer: str) -> Iterator[tuple["LotSplit | Item", str]]:
        """What is shared by itself, each with where it stands: the lot, or each of its items."""
        if not self.items:
            yield self, pointer
        for index, item in enumerate(self.items):
            yield item, f"{pointer}/items/{index}"


def exact_parts(piece: LotSplit | Item, pointer: str) -> list[int | None]:
    """Each line's euros; they sum to the piece's amount to the cent.

    Fixed amounts come first; percentages share what is left, and sum to 100 % of it by
    themselves: 3 × 33.33 % is refused. Cents that do not divide go to the largest remainders,
    of equal ones to the earlier line. Without an amount (a framework), percentages alone are
    possible, and the parts are ``None``. ``pointer`` locates the piece in the input.

    Raises SplitNotExact with what would be accepted.
    """
    parties = [(line.party_id, line.mandate) for line in piece.lines]
    if len(set(parties)) != len(parties):
        message = "Une entreprise ne figure qu'une fois par lot, tranche ou poste."
        raise SplitNotExact.at(pointer, "party_twice", message)
    fixed = sum(line.fixed_cents or 0 for line in piece.lines)
    shares = [line.bps for line in piece.lines if line.bps is not None]
    if shares and sum(shares) != BPS_WHOLE:
        message = (
            f"Les pourcentages font {percent(sum(shares))} ; il faut exactement 100 % : "
            + _gap(percent(abs(BPS_WHOLE - sum(shares))), missing=sum(shares) < BPS_WHOLE)
        )
        raise SplitNotExact.at(pointer, "shares_not_whole", message)
    if piece.amount_cents is None:
        if fixed:
            message = "Sans montant, seuls des pourcentages sont possibles."
            raise SplitNotExact.at(pointer, "fixed_without_amount", message)
        return [None] * len(piece.lines)
    left = piece.amount_cents - fixed
    if left < 0 or (not shares and left != 0) or (shares and left == 0):
        message = f"Les montants fixes font {euros(fixed)} sur {euros(piece.amount_cents)} : " + (
            "il ne reste rien à partager en pourcentages."
            if shares
            else _gap(euros(abs(left)), missing=left > 0)
        )
        raise SplitNotExact.at(pointer, "amounts_not_whole", message)
    portions = iter(allot(left, shares) if shares else [])
    return [
        line.fixed_cents if line.fixed_cents is not None else next(portions) for line in piece.lines
    ]


def lot_amount(lot: LotSplit, pointer: str) -> int | None:
    """The price of a lot: its own, or the sum of its items; None when nobody knows.

    Raises SplitNotExact when lines and items do not make one whole.
    """
    if bool(lot.lines) == bool(lot.items):
        message = "Donnez les lignes du lot entier, ou celles de chaque tranche ou poste."
        raise SplitNotExact.at(pointer, "lines_or_items", message)
    if not lot.items:
        return lot.amount_cents
    _check_names(lot.items, pointer)
    known = [item.amount_cents for item in lot.items if item.amount_cents is not None]
    if len(known) < len(lot.items) and (known or lot.amount_cents is not None):
        message = "Donnez un montant à chaque tranche et poste du lot, ou à aucun, ni au lot."
        raise SplitNotExact.at(pointer, "amounts_of_some", message)
    if not known:
        return None
    whole = sum(known)
    if lot.amount_cents is not None and lot.amount_cents != whole:
        message = (
            f"Les tranches et postes font {euros(whole)}, et le lot {euros(lot.amount_cents)} : "
            + _gap(euros(abs(lot.amount_cents - whole)), missing=whole < lot.amount_cents)
        )
        raise SplitNotExact.at(pointer, "items_not_whole", message)
    if whole > MAX_CENTS:
        message = f"Un lot fait {euros(MAX_CENTS)} au plus."
        raise SplitNotExact.at(pointer, "amount_too_large", message)
    return whole


def _check_names(items: Sequence[Item], pointer: str) -> None:
    """Each piece is named once; a contract with tranches has a firm one and others (R2113-4)."""
    names = set()
    for index, item in enumerate(items):
        name = (item.tranche, item.label.casefold() if item.label else None)
        if name == (None, None):
            message = "Dites la tranche (0 : la tranche ferme) ou le poste."
            raise SplitNotExact.at(f"{pointer}/items/{index}", "item_unnamed", message)
        if name in names:
            message = "Ce poste figure déjà dans cette tranche : donnez-lui un autre nom."
            raise SplitNotExact.at(f"{pointer}/items/{index}", "item_twice", message)
        names.add(name)
    tranches = {item.tranche for item in items}
    if tranches != {None} and (None in tranches or FIRM not in tranches or len(tranches) == 1):
        message = (
            "Un marché à tranches a une tranche ferme (0) et une tranche optionnelle au moins "
            "(CCP R2113-4), et chaque poste dit la sienne."
        )
        raise SplitNotExact.at(pointer, "tranches_incomplete", message)


def _gap(amount: str, *, missing: bool) -> str:
    return f"il manque {amount}." if missing else f"il y a {amount} de trop."
