"""Alerts for scenes that have no worker."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy import text

from app.kernel.ids import encode, new_id
from tests.world import Person, World

TOLD = text("""
    INSERT INTO alert (cluster_id, id, membership_id, kind, subject_id, version, notice_id, at)
    SELECT t.cluster_id, :id, t.membership_id, 'match', :id, 1, :notice, t.created_at
    FROM token t WHERE t.hash = :hash
""")


async def told(world: World, person: Person, notice_id: str) -> str:
    """Have a person told of a notice, as by a saved search; gives the alert's public id."""
    alert_id = new_id()
    values = {
        "id": alert_id,
        "notice": UUID(hex=notice_id.partition("_")[2]),
        "hash": sha256(person.token.encode()).digest(),
    }
    async with world.owner.transaction() as session:
        await session.execute(TOLD, values)
    return encode("alt", alert_id)
