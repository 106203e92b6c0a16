"""Use cases of tokens: what programs sign in with."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters.models import Cluster
from app.infra.db import operator_actor
from app.journal.service import record
from app.kernel.errors import NotFound
from app.kernel.mail import normal_address
from app.people import domain
from app.people.models import Membership, Person, Token


async def create_token(
    session: AsyncSession,
    *,
    email: str,
    cluster_slug: str | None,
    name: str,
    scopes: list[str] | None = None,
    now: datetime,
    expires_at: datetime,
) -> str:
    """Make an API token for a person; the operator's act. Returns the secret, shown once.

    Raises NotFound when no live membership matches, ChooseMembership when several do.
    """
    query = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(Cluster, Cluster.cluster_id == Membership.cluster_id)
        .where(Person.email == normal_address(email), Membership.ended_at.is_(None))
    )
    if cluster_slug is not None:
        query = query.where(Cluster.slug == cluster_slug)
    found = (await session.scalars(query)).all()
    if not found:
        raise NotFound("Personne inconnue dans ce regroupement.")
    if len(found) > 1:
        raise domain.ChooseMembership("Précisez le regroupement avec --cluster.")
    token = domain.fresh_token()
    row = Token(
        cluster_id=found[0].cluster_id,
        membership_id=found[0].id,
        kind="api",
        name=name,
        scopes=scopes,
        prefix=token.prefix,
        hash=token.hash,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    actor = await operator_actor(session, row.cluster_id, now)
    await record(session, actor, "token.created", row.id)
    return token.secret
