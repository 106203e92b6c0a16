"""Queries of the tenant by name."""

from uuid import UUID

from app.infra.db import ItemQuery, ListQuery, public_id

_MEMBER = f"""
    SELECT json_build_object(
      'id', {public_id("mem", "id")}, 'name', name, 'siren', siren, 'siret', siret,
      'legal_form', legal_form, 'city', city, 'headcount', headcount, 'skills', skills,
      'state', state, 'joined_on', joined_on) AS item, {{}}
    FROM member WHERE cluster_id = app.cluster()"""

CLUSTER = ItemQuery(f"""
    SELECT json_build_object(
      'id', {public_id("clu", "cluster_id")}, 'name', name, 'slug', slug, 'zone', zone) AS item,
      NULL AS version
    FROM cluster WHERE cluster_id = app.cluster()""")
"""The caller's cluster."""

MEMBERS = ListQuery(
    select=_MEMBER.format("ARRAY[id::text] AS keys"),
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""Members of the caller's cluster, newest first."""


def member(member_id: UUID) -> ItemQuery:
    """A member of the caller's cluster."""
    return ItemQuery(_MEMBER.format("NULL AS version") + " AND id = $1::uuid", [member_id])
