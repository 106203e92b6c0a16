"""What a company lets the lead sign, and what it undertakes: its own word."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.certificates import service as certificates
from app.consortia import domain, party_repository, repository
from app.consortia.domain import Scope
from app.consortia.events import MandateEnded, MandateGiven, PartyUndertook
from app.consortia.life_models import Mandate, Undertaking
from app.consortia.models import Consortium, Party
from app.infra.db import add_or_refuse, changed
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.days import not_in_future, require_order
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class MandateIn:
    """What the lead may sign, from when to when (both days included)."""

    scope: frozenset[Scope]
    valid_from: date
    valid_until: date | None
    certificate_id: UUID | None
    evidence: str | None


async def give_mandate(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID, given: MandateIn
) -> Mandate:
    """Let the lead sign for the caller's company; the lead records it for one from outside.

    The signed file is a certificate of the company (``signing_power``). Raises NotFound,
    Forbidden, NotYourParty, MandateOfTheLead, EvidenceMissing, Invalid.
    """
    consortium, party = await _speaking(session, actor, consortium_id, party_id)
    _require_evidence(party, given.evidence)
    if not party.holds or party.member_id == consortium.lead_member_id:
        raise domain.MandateOfTheLead
    require_order(given.valid_from, given.valid_until)
    if given.certificate_id is not None:
        await certificates.require_signing_power(session, actor, given.certificate_id)
    mandate = Mandate(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        party_id=party_id,
        scope=sorted(given.scope),
        valid_from=given.valid_from,
        valid_until=given.valid_until,
        certificate_id=given.certificate_id,
        evidence=given.evidence,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(mandate)
    await session.flush()
    event = MandateGiven(consortium_id, party_id)
    await record_event(session, actor, event, mandate.id, consortium_id=consortium_id)
    return mandate


async def end_mandate(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID, mandate_id: UUID
) -> Mandate:
    """The lead signs no more for the company; what it signed stays signed.

    Raises NotFound, Forbidden, NotYourParty.
    """
    await _speaking(session, actor, consortium_id, party_id)
    statement = (
        update(Mandate)
        .where(
            Mandate.cluster_id == actor.cluster_id,
            Mandate.party_id == party_id,
            Mandate.id == mandate_id,
            Mandate.ended_at.is_(None),
        )
        .values(ended_at=actor.now)
    )
    ended = await changed(session, Mandate, statement)
    if ended is None:
        raise NotFound
    event = MandateEnded(consortium_id, party_id)
    await record_event(session, actor, event, mandate_id, consortium_id=consortium_id)
    return ended


async def undertake(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    party_id: UUID,
    *,
    text: str,
    signed_on: date,
    evidence: str | None,
) -> Undertaking:
    """Undertake in writing to work, or to lend one's means (R2142-3, R2193-1).

    Raises NotFound, Forbidden, NotYourParty, EvidenceMissing, AlreadyUndertaken, Invalid.
    """
    _, party = await _speaking(session, actor, consortium_id, party_id)
    _require_evidence(party, evidence)
    if party.holds:
        raise domain.NothingToUndertake
    not_in_future(signed_on, actor.now.date(), "/signed_on")
    undertaking = Undertaking(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        party_id=party_id,
        text=text,
        signed_on=signed_on,
        evidence=evidence,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, undertaking, domain.AlreadyUndertaken)
    event = PartyUndertook(consortium_id, party_id)
    await record_event(session, actor, event, undertaking.id, consortium_id=consortium_id)
    return undertaking


async def _speaking(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID
) -> tuple[Consortium, Party]:
    """The company that speaks for itself; the lead for one from outside."""
    consortium = await repository.load(session, actor, consortium_id)
    party = await party_repository.live_party(session, consortium, party_id)
    require(actor, Permission.COMMIT_COMPANY)
    if consortium.speaker_for(party) != actor.member_id:
        raise domain.NotYourParty
    if party.joined_at is None:
        raise domain.InvitationPending
    return consortium, party


def _require_evidence(party: Party, evidence: str | None) -> None:
    if party.member_id is None and not evidence:
        raise domain.EvidenceMissing
