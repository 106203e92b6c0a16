"""Queries of memberships by name."""

from app.infra.db import ListQuery, instant, public_id

PEOPLE = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("msh", "id")}, 'person_id', {public_id("per", "person_id")},
          'name', name, 'email', email, 'role', role,
          'member_id', {public_id("mem", "member_id")}, 'member_name', member_name,
          'since', {instant("created_at")}) AS item, ARRAY[id::text] AS keys
        FROM app.people() WHERE true""",
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""Live memberships that the caller may list, newest first."""
