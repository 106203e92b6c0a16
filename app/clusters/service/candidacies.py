"""Companies that would join: presented, voted on, decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import domain, repository
from app.clusters.domain import Admission, State, Tally, Verdict
from app.clusters.events import CandidacyDecided, CandidacyOpened, CandidacyWithdrawn
from app.clusters.models import Ballot, Candidacy
from app.clusters.service.clusters import get_cluster
from app.clusters.service.companies import Company, checked, lock_company
from app.clusters.service.members import require_active, take_in
from app.infra.db import add_or_refuse
from app.journal.service import record, record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor, Role

OPEN = "open"


@dataclass(frozen=True, slots=True)
class CandidacyView:
    """A candidacy, and which companies have voted, when."""

    candidacy: Candidacy
    voters: list[tuple[UUID, datetime]]


async def present(session: AsyncSession, actor: Actor, company: Company) -> CandidacyView:
    """Present a company; it is open to votes until a date, under the rule of this day.

    Raises Forbidden, MemberNotActive, InvalidSiren, MemberExists, CandidacyOpen.
    """
    require(actor, Permission.PRESENT_COMPANY)
    await require_active(session, actor)
    company = checked(company)
    await lock_company(session, actor, company.siren)
    known = await repository.by_siren(session, actor, company.siren)
    if known is not None and known.state != State.LEFT:
        raise domain.MemberExists
    cluster = await get_cluster(session, actor)
    candidacy = Candidacy(
        cluster_id=actor.cluster_id,
        **company.columns(),
        presented_by=actor.person_id,
        presented_for=actor.member_id,
        admission=cluster.admission,
        quorum_bps=cluster.vote_quorum_bps,
        majority_bps=cluster.vote_majority_bps,
        state=OPEN,
        opened_at=actor.now,
        closes_at=actor.now + timedelta(days=cluster.vote_days),
    )
    await add_or_refuse(session, candidacy, domain.CandidacyOpen)
    await record_event(session, actor, CandidacyOpened(candidacy.id), candidacy.id)
    return CandidacyView(candidacy, [])


async def view(session: AsyncSession, actor: Actor, candidacy_id: UUID) -> CandidacyView:
    """A candidacy as the caller sees it; raises NotFound."""
    candidacy = await repository.candidacy(session, actor, candidacy_id)
    return CandidacyView(candidacy, await repository.voters(session, candidacy_id))


async def vote(
    session: AsyncSession, actor: Actor, candidacy_id: UUID, choice: domain.Choice
) -> Ballot:
    """Cast the vote of the caller's company: one, final, and shown to nobody.

    Raises NotFound, Forbidden, MemberNotActive, NoVote, CandidacyDecided, VoteClosed,
    AlreadyVoted.
    """
    await repository.candidacy(session, actor, candidacy_id)
    require(actor, Permission.VOTE)
    await require_active(session, actor)
    candidacy = await repository.lock_candidacy(session, actor, candidacy_id, alone=False)
    if candidacy.admission != Admission.VOTE:
        raise domain.NoVote
    if candidacy.state != OPEN:
        raise domain.CandidacyDecided
    if actor.now >= candidacy.closes_at:
        raise domain.VoteClosed
    ballot = Ballot(
        cluster_id=actor.cluster_id,
        candidacy_id=candidacy_id,
        member_id=actor.member_id,
        person_id=actor.person_id,
        choice=choice,
        cast_at=actor.now,
    )
    await add_or_refuse(session, ballot, domain.AlreadyVoted)
    await record(session, actor, "candidacy.voted", candidacy_id)
    return ballot


async def decide(
    session: AsyncSession, actor: Actor, candidacy_id: UUID, outcome: Verdict | None
) -> CandidacyView:
    """Close a candidacy and admit the company, or not: by the rule, or by the coordinator's word.

    ``outcome`` is the coordinator's, where no vote decides. Raises NotFound, Forbidden,
    CandidacyDecided, OutcomeMissing, OutcomeGiven, VoteNotOver, MemberExists.
    """
    await repository.candidacy(session, actor, candidacy_id)
    require(actor, Permission.MANAGE_MEMBERS)
    candidacy = await repository.lock_candidacy(session, actor, candidacy_id, alone=True)
    if candidacy.state != OPEN:
        raise domain.CandidacyDecided
    verdict, tally = await _verdict(session, actor, candidacy, outcome)
    member_id = None
    if verdict == Verdict.ADMITTED:
        await lock_company(session, actor, candidacy.siren)
        member_id = (await take_in(session, actor, _company(candidacy))).id
    candidacy.close(verdict, tally, member_id=member_id, by=actor.person_id, at=actor.now)
    await session.flush()
    await record_event(
        session, actor, CandidacyDecided(candidacy_id), candidacy_id, detail={"verdict": verdict}
    )
    return await view(session, actor, candidacy_id)


async def withdraw(session: AsyncSession, actor: Actor, candidacy_id: UUID) -> CandidacyView:
    """Take an open candidacy back: the company that presented it, or the coordinator.

    No vote is counted, and the company may be presented again. Raises NotFound, Forbidden,
    NotPresenter, CandidacyDecided.
    """
    candidacy = await repository.candidacy(session, actor, candidacy_id)
    require(actor, Permission.PRESENT_COMPANY)
    if actor.role is not Role.COORDINATOR and candidacy.presented_for != actor.member_id:
        raise domain.NotPresenter
    candidacy = await repository.lock_candidacy(session, actor, candidacy_id, alone=True)
    if candidacy.state != OPEN:
        raise domain.CandidacyDecided
    candidacy.withdraw(by=actor.person_id, at=actor.now)
    await session.flush()
    await record_event(session, actor, CandidacyWithdrawn(candidacy_id), candidacy_id)
    return await view(session, actor, candidacy_id)


async def _verdict(
    session: AsyncSession, actor: Actor, candidacy: Candidacy, outcome: Verdict | None
) -> tuple[Verdict, Tally | None]:
    """The coordinator's word, or that of the votes, which are counted now."""
    if candidacy.admission == Admission.COORDINATOR:
        if outcome is None:
            raise domain.OutcomeMissing
        return outcome, None
    if outcome is not None:
        raise domain.OutcomeGiven
    tally = await repository.tally(session, candidacy, actor.now)
    if tally is None:
        raise domain.VoteNotOver
    return candidacy.rule.decide(tally), tally


def _company(candidacy: Candidacy) -> Company:
    return Company(
        name=candidacy.name,
        siren=candidacy.siren,
        siret=candidacy.siret,
        legal_form=candidacy.legal_form,
        city=candidacy.city,
        address=candidacy.address,
        headcount=candidacy.headcount,
        skills=tuple(candidacy.skills),
    )
