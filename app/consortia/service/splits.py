"""Who does what for how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, party_repository, repository, split_repository
from app.consortia.access import own_party
from app.consortia.domain import LotSplit
from app.consortia.events import SplitWritten
from app.consortia.models import Consortium
from app.consortia.split_models import LotPrice, Split, SplitLine
from app.journal.service import record_event, record_opening
from app.kernel.access import Permission
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class SplitView:
    """One version of the split, with its content and the consortium's version (its ETag)."""

    consortium: Consortium
    split: Split
    prices: list[LotPrice]
    lines: list[SplitLine]


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
    parties = {one.id for one in await party_repository.sharing(session, consortium)}
    answered = await repository.lot_ids(session, consortium)
    if sorted(lot.lot_id for lot in lots) != sorted(answered):
        raise domain.LotNotAnswered("Donnez chaque lot du groupement, une fois.")
    if not parties.issuperset(line.party_id for lot in lots for line in lot.lines):
        raise domain.UnknownParty
    last = await split_repository.latest_split(session, consortium)
    number = last.number + 1 if last else 1
    # First: what is written before a wall rises would meet it row by row.
    await record_opening(session, actor, consortium_id, number)
    split = Split(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        number=number,
        person_id=actor.person_id,
        written_at=actor.now,
    )
    session.add(split)
    await session.flush()
    prices, lines = _rows(split, lots)
    session.add_all([*prices, *lines])
    await session.flush()
    await record_event(
        session,
        actor,
        SplitWritten(consortium_id, split.number),
        split.id,
        consortium_id=consortium_id,
    )
    return SplitView(consortium, split, prices, lines)


def _rows(split: Split, lots: Sequence[LotSplit]) -> tuple[list[LotPrice], list[SplitLine]]:
    prices: list[LotPrice] = []
    lines: list[SplitLine] = []
    where = {
        "cluster_id": split.cluster_id,
        "consortium_id": split.consortium_id,
        "split_id": split.id,
    }
    for index, lot in enumerate(lots):
        parts = domain.exact_parts(lot, f"/lots/{index}")
        prices.append(LotPrice(**where, lot_id=lot.lot_id, amount_cents=lot.amount_cents))
        lines.extend(
            SplitLine(
                **where,
                lot_id=lot.lot_id,
                party_id=line.party_id,
                bps=line.bps,
                fixed_cents=line.fixed_cents,
                amount_cents=part,
                tasks=line.tasks,
            )
            for line, part in zip(lot.lines, parts, strict=True)
        )
    return prices, lines
