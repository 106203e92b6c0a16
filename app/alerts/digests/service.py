"""Use cases of mails: how one wishes them, gathering, closing, sending, refusing them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from procrastinate.types import JSONValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.digests import repository
from app.alerts.digests.domain import Preference, Rhythm, next_mail
from app.alerts.digests.letters import Update
from app.alerts.words import Told
from app.clusters import service as clusters
from app.infra import jobs
from app.infra.db import enter_cluster
from app.kernel.actor import Actor
from app.people.links import Link
from app.people.memberships.service import reachable

MAIL_DIGEST = "alerts.mail_digest"
REFUSAL = Link("digest refusal", "grappe_ref_", 2)
"""Names a cluster and a person. It never expires: a mail of long ago must still let go of them."""


async def set_preference(session: AsyncSession, actor: Actor, preference: Preference) -> None:
    """Say how the caller wishes to be told; what is gathered already follows."""
    cluster = await clusters.get_cluster(session, actor)
    await repository.set_preference(session, actor, preference)
    due = next_mail(preference, cluster.zone, actor.now)
    await repository.move_open(session, actor, due)


async def begun(
    session: AsyncSession, actor: Actor, memberships: Collection[UUID]
) -> dict[UUID, UUID]:
    """The next mail of each of these who wants any."""
    wishes = await repository.preferences(session, actor, memberships)
    zone = (await clusters.get_cluster(session, actor)).zone
    dues = {
        holder: due
        for holder, wish in wishes.items()
        if (due := next_mail(wish, zone, actor.now)) is not None
    }
    return await repository.begin(session, actor, dues) if dues else {}


async def clusters_with_mail(session: AsyncSession, at: datetime) -> list[UUID]:
    """The clusters in which a mail is due; a job's question."""
    return list(await session.scalars(text("SELECT app.clusters_with_mail(:at)"), {"at": at}))


async def close_due(session: AsyncSession, actor: Actor) -> int:
    """Close the mails that are due, and have each person's sent: one, whatever their roles.

    A mail is closed once, and its job enqueued with that, so that however many workers there are,
    or none for days, it is one.
    """
    closed = await repository.close_due(session, actor)
    holders = {one.membership_id: one.person_id for one in await reachable(session)}
    by_person: dict[UUID, list[JSONValue]] = defaultdict(list)
    for digest_id, membership_id in sorted(closed.items()):
        if membership_id in holders:
            by_person[holders[membership_id]].append(str(digest_id))
    for digest_ids in by_person.values():
        await jobs.defer(session, MAIL_DIGEST, digest_ids=digest_ids)
    return len(by_person)


async def update(session: AsyncSession, actor: Actor, digest_ids: Sequence[UUID]) -> Update | None:
    """What to mail; None when there is nothing left to tell, or nobody to be told.

    Asked anew at each try: who was removed, or refused meanwhile, gets nothing more.
    """
    unsent = await repository.unsent(session, actor, digest_ids)
    here = {one.membership_id: one for one in await reachable(session)}
    wishes = await repository.preferences(session, actor, {one.membership_id for one in unsent})
    wanted = [
        one
        for one in unsent
        if one.membership_id in here and wishes[one.membership_id].rhythm is not Rhythm.NEVER
    ]
    sides = [here[one.membership_id].member_id or actor.cluster_id for one in wanted]
    mails = [(one.id, side) for one, side in zip(wanted, sides, strict=True)]
    rows = await repository.told(session, actor, mails)
    if not rows:
        return None
    cluster = await clusters.get_cluster(session, actor)
    person = here[wanted[0].membership_id]
    return Update(
        id=wanted[0].id,
        person_id=person.person_id,
        email=person.email,
        cluster_name=cluster.name,
        zone=cluster.zone,
        since=min(one.since for one in wanted),
        until=max(one.until or one.since for one in wanted),
        told=[Told.of(row) for row in rows],
        count=rows[0].of,
    )


async def sent(session: AsyncSession, actor: Actor, digest_ids: Sequence[UUID]) -> None:
    """Note that these mails went out: they are sent no more."""
    await repository.end(session, actor, digest_ids)


async def refuse(session: AsyncSession, secret: str, token: str, now: datetime) -> None:
    """End all mails of the kind, in every role that the link's person has in its cluster.

    Idempotent. Raises UnusableLink.
    """
    cluster_id, person_id = REFUSAL.read(secret, token)
    await enter_cluster(session, cluster_id)
    values = {"person": person_id, "now": now}
    await session.execute(text("SELECT app.refuse_mail(:person, :now)"), values)
