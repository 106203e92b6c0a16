"""Hot reads of who the caller is, and of where they are signed in."""

from app.infra.db import Anyone, ItemQuery, instant, public_id

_ME = f"""
    SELECT json_build_object(
      'person_id', {public_id("per", "app.my_person()")}, 'name', who.name, 'email', who.email,
      'membership_id', {public_id("msh", "app.membership()")},
      'cluster_id', {public_id("clu", "app.cluster()")},
      'member_id', {public_id("mem", "app.member()")},
      'second_factor', EXISTS (
        SELECT FROM app.second_factor(app.my_person()) f WHERE f.confirmed),
      'memberships', (
        SELECT coalesce(json_agg(json_build_object(
          'membership_id', {public_id("msh", "m.membership_id")},
          'cluster_id', {public_id("clu", "m.cluster_id")}, 'cluster_name', m.cluster_name,
          'member_id', {public_id("mem", "m.member_id")}, 'member_name', m.member_name,
          'role', m.role)), '[]')
        FROM app.my_memberships() m
        WHERE (SELECT app.in_session($1::bytea)) OR m.membership_id = app.membership())) AS item,
      NULL AS version
    FROM app.who_am_i() who"""

_SESSIONS = f"""
    SELECT json_build_object('in_session', app.in_session($1::bytea), 'items', (
      SELECT coalesce(json_agg(json_build_object(
        'id', {public_id("ses", "s.id")}, 'membership_id', {public_id("msh", "s.membership_id")},
        'opened_at', {instant("s.opened_at")}, 'renewed_at', {instant("s.renewed_at")},
        'expires_at', {instant("s.expires_at")}, 'origin', s.origin, 'current', s.current)
        ORDER BY s.opened_at DESC, s.id DESC), '[]')
      FROM app.my_sessions($1::bytea, $2::timestamptz) s)) AS item, NULL AS version"""


def me(caller: Anyone) -> ItemQuery:
    """Who the caller is, but for role and scopes. A program is told of no hat but its own."""
    return ItemQuery(_ME, [caller.token_hash()])


def open_sessions(caller: Anyone) -> ItemQuery:
    """The caller's live sessions under every hat, newest first; a hundred at most.

    With them, whether the caller signed in: false for a program's token, null when the session
    got another secret at this same moment.
    """
    return ItemQuery(_SESSIONS, [caller.token_hash(), caller.now])
