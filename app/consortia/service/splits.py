"""Who does what for how much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, party_repository, repository, split_repository
from app.consortia.access import own_party
from app.consortia.domain import ExactLot, Item, LotSplit
from app.consortia.events import SplitWritten
from app.consortia.models import Consortium
from app.consortia.split_models import LotPrice, Split, SplitItem, SplitLine, SplitPart
from app.infra.db import Base, add_all_at_once
from app.journal.service import record_event, record_opening
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class LotRows:
    """A lot of a version: its price and terms, its items if any, its lines, each party's part."""

    price: LotPrice
    items: list[SplitItem] = field(default_factory=list)
    lines: list[SplitLine] = field(default_factory=list)
    parts: list[SplitPart] = field(default_factory=list)

    def all(self) -> Iterator[Base]:
        """Every row of it."""
        yield from (self.price, *self.items, *self.lines, *self.parts)


@dataclass(frozen=True, slots=True)
class SplitView:
    """One version of the split, with its content and the consortium's version (its ETag)."""

    consortium: Consortium
    split: Split
    lots: list[LotRows]


async def write_split(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    version: int,
    lots: Sequence[LotSplit],
) -> SplitView:
    """Write the whole split anew, as its next version; any party may, while talks are open.

    Raises NotFound, NotParty, PreconditionFailed, SplitFrozen, LotNotAnswered, UnknownParty,
    SplitNotExact.
    """
    consortium = await repository.load(session, actor, consortium_id)
    own_party(actor, await party_repository.parties(session, consortium), Permission.PREPARE_BID)
    consortium = await repository.lock(session, actor, consortium_id, version)
    consortium.require_open()
    standing = await split_repository.standing(session, consortium)
    if sorted(lot.lot_id for lot in lots) != sorted(standing.lots):
        raise domain.LotNotAnswered("Donnez chaque lot du groupement, une fois.")
    if not standing.parties.issuperset(_named(lots)):
        raise domain.UnknownParty
    exact = domain.exact_split(lots, standing.lead_id)
    number = standing.number + 1
    # First: what is written before a wall rises would meet it row by row.
    await record_opening(session, actor, consortium_id, number)
    split = Split(
        cluster_id=actor.cluster_id,
        id=new_id(),
        consortium_id=consortium_id,
        number=number,
        person_id=actor.person_id,
        written_at=actor.now,
    )
    rows = [_rows(split, one) for one in exact]
    await add_all_at_once(session, [split, *(row for one in rows for row in one.all())])
    await record_event(
        session,
        actor,
        SplitWritten(consortium_id, split.number),
        split.id,
        consortium_id=consortium_id,
    )
    return SplitView(consortium, split, rows)


def _named(lots: Sequence[LotSplit]) -> set[UUID]:
    """The parties that a split speaks of."""
    named = {line.party_id for lot in lots for piece, _ in lot.pieces("") for line in piece.lines}
    return named | {lot.expenses.manager_id for lot in lots if lot.expenses is not None}


def _rows(split: Split, exact: ExactLot) -> LotRows:
    lot, expenses = exact.lot, exact.lot.expenses
    where = {
        "cluster_id": split.cluster_id,
        "consortium_id": split.consortium_id,
        "split_id": split.id,
        "lot_id": lot.lot_id,
    }
    rows = LotRows(
        LotPrice(
            **where,
            id=new_id(),
            amount_cents=exact.amount_cents,
            fee_bps=lot.fee_bps,
            expenses_bps=expenses.bps if expenses else None,
            expenses_cents=expenses.amount_cents if expenses else None,
            expenses_party_id=expenses.manager_id if expenses else None,
        )
    )
    for (piece, _), cents in zip(lot.pieces(""), exact.lines, strict=True):
        item_id = None
        if isinstance(piece, Item):
            item_id = new_id()
            rows.items.append(
                SplitItem(
                    **where,
                    id=item_id,
                    tranche=piece.tranche,
                    label=piece.label,
                    amount_cents=piece.amount_cents,
                )
            )
        rows.lines.extend(
            SplitLine(
                **where,
                id=new_id(),
                item_id=item_id,
                party_id=line.party_id,
                bps=line.bps,
                fixed_cents=line.fixed_cents,
                amount_cents=part,
                tasks=line.tasks,
                mandate=line.mandate,
            )
            for line, part in zip(piece.lines, cents, strict=True)
        )
    rows.parts.extend(
        SplitPart(
            **where,
            id=new_id(),
            party_id=part.party_id,
            amount_cents=part.amount_cents,
            mandate_cents=part.mandate_cents,
            fee_cents=part.fee_cents,
            expenses_cents=part.expenses_cents,
        )
        for part in exact.parts
    )
    return rows
