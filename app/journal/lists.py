"""The trail as people read it: row security decides which rows, PostgreSQL makes the JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from app.infra.db import ItemQuery, ListQuery, instant, public_id
from app.infra.db.scope import SYSTEM_PERSON

_ITSELF = f"'{SYSTEM_PERSON}'::uuid"

_WHO = f"""
  'at', {instant("t.at")},
  'person', CASE WHEN t.person_id <> {_ITSELF} THEN json_build_object(
    'id', {public_id("per", "t.person_id")},
    'name', (SELECT app.names()) ->> t.person_id::text) END,
  'company', (SELECT json_build_object('id', {public_id("mem", "m.id")}, 'name', m.name)
    FROM member m WHERE m.cluster_id = t.cluster_id AND m.id = t.member_id)"""

_ENTRIES = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("aud", "t.id")}, {_WHO}, 'origin', t.origin,
          'request_id', t.request_id, 'action', t.action,
          'subject_id', replace(t.subject_id::text, '-', ''),
          'consortium_id', {public_id("con", "t.consortium_id")}, 'detail', t.detail) AS item,
          ARRAY[t.id::text] AS keys
        FROM audit_entry t WHERE t.cluster_id = app.cluster()""",
    order="t.id DESC",
    after="t.id < {}::uuid",
    position_length=1,
)

# A company's network is its own affair: its rivals of tomorrow see who and when, not from where.
_TRAIL = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("aud", "t.id")}, 'kind', t.kind, {_WHO},
          'origin', CASE WHEN (SELECT app.oversees()) OR t.member_id = app.member()
            OR t.person_id IN (app.my_person(), {_ITSELF}) THEN t.origin END,
          'action', t.action, 'subject_id', replace(t.subject_id::text, '-', ''),
          'detail', t.detail) AS item,
          ARRAY[t.id::text] AS keys
        FROM (
          SELECT 'entry' AS kind, cluster_id, id, consortium_id, at, person_id, member_id, origin,
            action, subject_id, detail
          FROM audit_entry
          UNION ALL
          SELECT 'opening', cluster_id, id, consortium_id, at, person_id, member_id, origin,
            'split.opened', NULL, jsonb_build_object('version', version)
          FROM opening) t
        WHERE t.cluster_id = app.cluster()""",
    order="t.id DESC",
    after="t.id < {}::uuid",
    position_length=1,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for in the trail; what is not given does not count. ``until`` is excluded."""

    person_id: UUID | None = None
    action: str | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(asked: Asked) -> ListQuery:
    """The entries that the caller may see, newest first."""
    conditions: Sequence[tuple[str, object]] = (
        ("t.person_id = {}::uuid", asked.person_id),
        ("t.action = {}::text", asked.action),
        ("t.subject_id = {}::uuid", asked.subject_id),
        ("t.at >= {}::timestamptz", asked.since),
        ("t.at < {}::timestamptz", asked.until),
    )
    return replace(_ENTRIES, filters=[(sql, [value]) for sql, value in conditions if value])


def trail(consortium_id: UUID, *, parent: tuple[str, Sequence[object]]) -> ListQuery:
    """Acts and openings of one consortium, newest first, for whom ``parent`` holds."""
    return replace(_TRAIL, filters=[("t.consortium_id = {}::uuid", [consortium_id])], parent=parent)


def day_seal(day: date) -> ItemQuery:
    """The seal of the caller's cluster at the end of a day (UTC)."""
    return ItemQuery(
        "SELECT json_build_object('day', to_char($1::date, 'YYYY-MM-DD'),"
        " 'hash', app.day_seal($1::date)) AS item, NULL AS version",
        [day],
    )
