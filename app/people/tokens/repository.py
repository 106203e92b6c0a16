"""Hot reads of programs' tokens."""

from app.infra.db import Anyone, ItemQuery, instant, public_id

_TOKENS = f"""
    SELECT json_build_object('in_session', app.in_session($1::bytea), 'items', (
      SELECT coalesce(json_agg(json_build_object(
        'id', {public_id("tok", "t.id")}, 'membership_id', {public_id("msh", "t.membership_id")},
        'role', t.role, 'name', t.name, 'scopes', t.scopes, 'prefix', t.prefix,
        'created_at', {instant("t.created_at")}, 'expires_at', {instant("t.expires_at")})
        ORDER BY t.created_at DESC, t.id DESC), '[]')
      FROM app.my_tokens($2::timestamptz) t)) AS item, NULL AS version"""


def live_tokens(caller: Anyone) -> ItemQuery:
    """Programs' live tokens that the caller answers for, and whether the caller signed in."""
    return ItemQuery(_TOKENS, [caller.token_hash(), caller.now])
