"""The cluster itself."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import domain
from app.clusters.events import ClusterChanged
from app.clusters.models import Cluster
from app.infra.db import add_or_refuse, changed, operator_actor
from app.journal.service import record, record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import PreconditionFailed


async def create_cluster(
    session: AsyncSession,
    *,
    name: str,
    slug: str,
    zone: str,
    now: datetime,
    language: str = domain.Language.FRENCH,
    admission: str = domain.Admission.COORDINATOR,
) -> Cluster:
    """Create a tenant; the operator's act, in the owner's session.

    Raises BadSlug, UnknownZone, ClusterExists.
    """
    domain.check_cluster(slug, zone)
    settings = domain.ClusterSettings(
        name, zone, domain.Language(language), domain.Admission(admission)
    )
    cluster = Cluster(slug=slug, version=1, created_at=now, **_columns(settings))
    await add_or_refuse(session, cluster, domain.ClusterExists)
    actor = await operator_actor(session, cluster.cluster_id, now)
    await record(session, actor, "cluster.created", cluster.cluster_id)
    return cluster


async def get_cluster(session: AsyncSession, actor: Actor) -> Cluster:
    """The caller's cluster."""
    return await session.get_one(Cluster, actor.cluster_id)


async def change_cluster(
    session: AsyncSession, actor: Actor, version: int, settings: domain.ClusterSettings
) -> Cluster:
    """Set the cluster up anew; open candidacies keep the rule that they began under.

    Raises Forbidden, UnknownZone, PreconditionFailed.
    """
    require(actor, Permission.MANAGE_CLUSTER)
    domain.check_zone(settings.zone)
    cluster = await changed(
        session,
        Cluster,
        update(Cluster)
        .where(Cluster.cluster_id == actor.cluster_id, Cluster.version == version)
        .values(version=Cluster.version + 1, **_columns(settings)),
    )
    if cluster is None:
        raise PreconditionFailed
    detail = {"admission": settings.admission, "language": settings.language}
    await record_event(
        session, actor, ClusterChanged(cluster.version), cluster.cluster_id, detail=detail
    )
    return cluster


def _columns(settings: domain.ClusterSettings) -> dict[str, str | int]:
    return {
        "name": settings.name,
        "zone": settings.zone,
        "language": settings.language.value,
        "admission": settings.admission.value,
        "vote_quorum_bps": settings.rule.quorum_bps,
        "vote_majority_bps": settings.rule.majority_bps,
        "vote_days": settings.vote_days,
    }
