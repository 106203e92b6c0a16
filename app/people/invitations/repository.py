"""Queries of invitations by name."""

from app.infra.db import ListQuery, instant, public_id

INVITATIONS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("inv", "id")}, 'email', email, 'role', role,
          'member_id', {public_id("mem", "member_id")},
          'invited_by', {public_id("msh", "invited_by")},
          'created_at', {instant("created_at")}, 'expires_at', {instant("expires_at")},
          'ended_at', {instant("ended_at")}, 'ending', ending) AS item, ARRAY[id::text] AS keys
        FROM invitation WHERE cluster_id = app.cluster()""",
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""Invitations that the caller may manage, newest first."""
