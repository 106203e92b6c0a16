"""Use cases of certificates."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.certificates import domain
from app.certificates.domain import Audience, Kind, Statement
from app.certificates.models import Certificate
from app.infra import sweeping
from app.infra.db import changed, hold
from app.infra.files import Stored
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

PREFIX = "certificates"
KEPT = timedelta(days=30)
"""How long the file of a withdrawn certificate is kept, for whoever took it back by mistake."""


def file_key(cluster_id: UUID, file_id: UUID) -> str:
    """Where a certificate's file lies in the storage."""
    return sweeping.file_key(PREFIX, cluster_id, file_id)


async def add(session: AsyncSession, actor: Actor, statement: Statement) -> Certificate:
    """Add a certificate of the caller's company; its file follows.

    Raises Forbidden, Invalid, TooManyCertificates.
    """
    require(actor, Permission.KEEP_CERTIFICATES)
    statement.check(actor.now.date())
    await hold(session, f"certificates {actor.member_id}")
    there = select(func.count()).where(
        Certificate.member_id == actor.member_id, Certificate.withdrawn_at.is_(None)
    )
    if (await session.scalar(there) or 0) >= domain.MOST_OF_A_COMPANY:
        raise domain.TooManyCertificates
    certificate = Certificate(
        cluster_id=actor.cluster_id,
        member_id=actor.member_id,
        kind=statement.kind,
        title=statement.title,
        issuer=statement.issuer,
        number=statement.number,
        valid_from=statement.valid_from,
        valid_until=statement.end(),
        audience=statement.audience,
        added_by=actor.person_id,
        added_at=actor.now,
    )
    session.add(certificate)
    await session.flush()
    # Without its kind: who reads the cluster's trail may not see the certificate.
    await record(session, actor, "certificate.added", certificate.id)
    return certificate


def may_change(actor: Actor, member_id: UUID) -> None:
    """Raise Forbidden or OthersCertificate unless the caller may change this company's."""
    require(actor, Permission.KEEP_CERTIFICATES)
    if actor.member_id != member_id:
        raise domain.OthersCertificate


async def attach(
    session: AsyncSession, actor: Actor, certificate_id: UUID, file_id: UUID, stored: Stored
) -> tuple[Certificate, bool]:
    """Name a stored file as a certificate's, and say whether it is the one from now on.

    The same bytes sent again change nothing (a retry): the file is then not needed. Raises
    NotFound, Forbidden, OthersCertificate, FileThere.
    """
    await _there(session, actor, certificate_id)
    fresh = await changed(
        session,
        Certificate,
        update(Certificate)
        .where(
            Certificate.cluster_id == actor.cluster_id,
            Certificate.id == certificate_id,
            Certificate.withdrawn_at.is_(None),
            Certificate.file_id.is_(None),
        )
        .values(
            file_id=file_id,
            file_type=stored.media_type.value,
            file_size=stored.size,
            file_hash=stored.sha256,
            file_at=actor.now,
        ),
    )
    if fresh is None:
        certificate = await _there(session, actor, certificate_id)
        if certificate.file_hash != stored.sha256:
            raise domain.FileThere
        return certificate, False
    detail = {"sha256": stored.sha256.hex()}
    await record(session, actor, "certificate.file_added", certificate_id, detail=detail)
    return fresh, True


async def withdraw(session: AsyncSession, actor: Actor, certificate_id: UUID) -> None:
    """Take a certificate back: it counts no more, and its file is forgotten after a month.

    Raises NotFound, Forbidden, OthersCertificate.
    """
    certificate = await _there(session, actor, certificate_id)
    certificate.withdrawn_at = actor.now
    await record(session, actor, "certificate.withdrawn", certificate_id)


async def _there(session: AsyncSession, actor: Actor, certificate_id: UUID) -> Certificate:
    certificate = await session.scalar(
        select(Certificate)
        .where(
            Certificate.cluster_id == actor.cluster_id,
            Certificate.id == certificate_id,
            Certificate.withdrawn_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    if certificate is None:
        raise NotFound
    may_change(actor, certificate.member_id)
    return certificate


async def require_signing_power(session: AsyncSession, actor: Actor, certificate_id: UUID) -> None:
    """Raise NotSigningPower unless this is the caller's company's, of that kind, and stands."""
    found = await session.get(Certificate, (actor.cluster_id, certificate_id))
    own = found is not None and found.member_id == actor.member_id
    if found is None or not own or found.withdrawn_at or found.kind != Kind.SIGNING_POWER:
        raise domain.NotSigningPower


async def shared_on(
    session: AsyncSession, actor: Actor, member_ids: Collection[UUID], day: date
) -> list[Certificate]:
    """What companies prove to their partners that holds on a day, as far as the caller sees it."""
    query = select(Certificate).where(
        Certificate.cluster_id == actor.cluster_id,
        Certificate.member_id.in_(member_ids),
        Certificate.audience != Audience.COMPANY,
        Certificate.withdrawn_at.is_(None),
        Certificate.valid_from <= day,
        or_(Certificate.valid_until.is_(None), Certificate.valid_until >= day),
    )
    return list(await session.scalars(query.order_by(Certificate.kind, Certificate.id)))


async def files_to_keep(
    session: AsyncSession, file_ids: Collection[UUID], now: datetime
) -> set[UUID]:
    """Which of these files to keep: a certificate names them, or did until ``KEPT`` ago."""
    found = await session.scalars(
        select(Certificate.file_id).where(
            Certificate.file_id.in_(file_ids),
            or_(Certificate.withdrawn_at.is_(None), Certificate.withdrawn_at > now - KEPT),
        )
    )
    return {one for one in found if one is not None}
