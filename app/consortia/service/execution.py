"""What a contract that is carried out asks of the joint answer that won it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, party_repository, repository, split_repository
from app.consortia.access import own_party
from app.consortia.domain import Outcome, State
from app.consortia.models import Award, Consortium, Party
from app.journal.service import record_opening
from app.kernel.access import Permission
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """A joint answer that is held for a change, and everyone who ever held its contract."""

    consortium: Consortium
    holders: Mapping[UUID, Party]
    by_lead: bool


async def speak(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    permission: Permission,
    *,
    for_party: UUID | None = None,
    version: int | None = None,
) -> Standing:
    """Hold a joint answer for an act of the lead, or of a party on its own part.

    Raises NotFound, Forbidden, NotParty, NotLead, NotYourPart, UnknownParty,
    PreconditionFailed.
    """
    consortium = await repository.load(session, actor, consortium_id)
    ever = await party_repository.ever(session, consortium)
    own = own_party(actor, [one for one in ever if _is_in(one)], permission)
    by_lead = own.member_id == consortium.lead_member_id
    if not by_lead and for_party is None:
        raise domain.NotLead
    holders = {one.id: one for one in ever if one.holds and one.joined_at is not None}
    if for_party is not None and for_party not in holders:
        raise domain.UnknownParty
    if not by_lead and for_party != own.id:
        raise domain.NotYourPart
    consortium = await repository.lock(session, actor, consortium_id, version)
    return Standing(consortium, holders, by_lead)


def _is_in(party: Party) -> bool:
    return party.joined_at is not None and party.left_at is None


async def opened(session: AsyncSession, actor: Actor, consortium_id: UUID) -> None:
    """Record that the caller was shown amounts of a consortium. Raises NotFound."""
    consortium = await repository.load(session, actor, consortium_id)
    split = await split_repository.latest_split(session, consortium)
    await record_opening(session, actor, consortium.id, split.number if split else 0)


async def won_award(
    session: AsyncSession, standing: Standing, award_id: UUID
) -> tuple[Award, dict[UUID, int]]:
    """A won award that stands, and each party's part of it in cents. Raises NotAwarded."""
    for one in await repository.awards(session, standing.consortium):
        if one.id == award_id and one.outcome == Outcome.WON:
            return one, await repository.award_parts(session, one)
    raise domain.NotAwarded


async def sign(session: AsyncSession, standing: Standing, award: Award, on: date) -> None:
    """The contract of a won lot is signed: the outcome is taken back no more.

    Once every lot is decided and every won one signed, so is the joint answer.
    """
    award.signed_on = on
    await session.flush()
    awards = await repository.awards(session, standing.consortium)
    won = [one for one in awards if one.outcome == Outcome.WON]
    lots = await repository.lot_ids(session, standing.consortium)
    if len(awards) == len(lots) and all(one.signed_on is not None for one in won):
        await _move(session, standing, State.WON, State.SIGNED)


async def run(session: AsyncSession, standing: Standing) -> None:
    """What was signed is carried out: its first act, or its first day. Nothing twice."""
    await _move(session, standing, State.SIGNED, State.RUNNING)


async def close(session: AsyncSession, standing: Standing, closed: Collection[UUID]) -> None:
    """The contracts of these awards are over: with the last one, so is the joint answer."""
    awards = await repository.awards(session, standing.consortium)
    if {one.id for one in awards if one.outcome == Outcome.WON} <= set(closed):
        # Ended before its first day.
        await run(session, standing)
        await _move(session, standing, State.RUNNING, State.CLOSED)


async def _move(session: AsyncSession, standing: Standing, before: State, after: State) -> None:
    if standing.consortium.state == before:
        standing.consortium.state = after
        await session.flush()
