"""Queries of the tenant by name."""

from app.infra.db import ListQuery, public_id

MEMBERS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("mem", "id")}, 'name', name, 'siren', siren, 'siret', siret,
          'legal_form', legal_form, 'city', city, 'headcount', headcount, 'skills', skills,
          'state', state, 'joined_on', joined_on) AS item, ARRAY[id::text] AS keys
        FROM member WHERE cluster_id = app.cluster()""",
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""Members of the caller's cluster, newest first."""
