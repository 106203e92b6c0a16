"""Queries of certificates by name: hot reads, newest first."""

from datetime import date
from uuid import UUID

from app.certificates.domain import Kind
from app.infra.db import ItemQuery, ListQuery, instant, public_id

_CERTIFICATE = f"""
      'id', {public_id("cer", "id")}, 'member_id', {public_id("mem", "member_id")},
      'kind', kind, 'title', title, 'issuer', issuer, 'number', number,
      'valid_from', valid_from, 'valid_until', valid_until, 'audience', audience,
      'added_by', {public_id("per", "added_by")}, 'added_at', {instant("added_at")},
      'file', CASE WHEN file_id IS NOT NULL THEN json_build_object('type', file_type,
        'size', file_size, 'sha256', encode(file_hash, 'hex'), 'at', {instant("file_at")}) END"""

_THERE = "cluster_id = app.cluster() AND withdrawn_at IS NULL"


def certificates(
    *, member_id: UUID | None = None, kind: Kind | None = None, valid_on: date | None = None
) -> ListQuery:
    """What the caller may see, newest first; ``valid_on`` leaves those that hold on that day."""
    filters: list[tuple[str, list[object]]] = []
    if member_id is not None:
        filters.append(("member_id = {}::uuid", [member_id]))
    if kind is not None:
        filters.append(("kind = {}::text", [kind.value]))
    if valid_on is not None:
        held = "valid_from <= {}::date AND (valid_until IS NULL OR valid_until >= {}::date)"
        filters.append((held, [valid_on, valid_on]))
    return ListQuery(
        select=f"""
            SELECT json_build_object({_CERTIFICATE}) AS item, ARRAY[id::text] AS keys
            FROM certificate WHERE {_THERE}""",
        order="id DESC",
        after="id < {}::uuid",
        position_length=1,
        filters=filters,
    )


def certificate(certificate_id: UUID) -> ItemQuery:
    """One certificate."""
    return ItemQuery(
        f"SELECT json_build_object({_CERTIFICATE}) AS item, NULL AS version"
        f" FROM certificate WHERE {_THERE} AND id = $1::uuid",
        [certificate_id],
    )


def file(certificate_id: UUID) -> ItemQuery:
    """Where a certificate's file lies, and what is told of it on the way out."""
    return ItemQuery(
        f"""
        SELECT json_build_object('cluster', cluster_id, 'file', file_id, 'type', file_type,
          'size', file_size, 'sha256', encode(file_hash, 'hex'), 'kind', kind,
          'member', member_id, 'valid_from', valid_from) AS item, NULL AS version
        FROM certificate WHERE {_THERE} AND id = $1::uuid""",
        [certificate_id],
    )
