"""Queries of documents by name: hot reads, newest first."""

from uuid import UUID

from app.forms.kinds import PRICED
from app.infra.db import ItemQuery, ListQuery, instant, public_id
from app.journal.openings import OPENING_VERSIONS

_CLAUSE = f"""json_build_object(
      'id', v.key, 'version', v.number, 'position', v.position, 'title', v.title,
      'text', v.text, 'law', v.law, 'forms', v.forms, 'standard', v.standard,
      'edited_by', {public_id("per", "v.person_id")}, 'edited_at', {instant("v.written_at")})"""

_NEWEST = f"""(
    SELECT coalesce(json_agg(one.clause), '[]') FROM (
      SELECT DISTINCT ON (v.key) {_CLAUSE} AS clause FROM clause_version v
      WHERE v.cluster_id = app.cluster() ORDER BY v.key, v.number DESC) AS one)"""

_PRICED = ", ".join(f"'{kind.value}'" for kind in sorted(PRICED))

_OPENS = f"""CASE WHEN d.kind IN ({_PRICED})
            THEN json_build_array(json_build_array(d.consortium_id, d.split_number))::jsonb END"""

_SIGNED_BY = f"""(
    SELECT coalesce(json_agg({public_id("par", "s.party_id")} ORDER BY s.signed_at, s.id), '[]')
    FROM document_signature s WHERE s.cluster_id = d.cluster_id AND s.document_id = d.id)"""

# Of a lot or a party that the newest split no longer shows alike, a newer version tells more.
_CHANGED = """(
    SELECT max(t.number) FROM split t
    WHERE t.cluster_id = d.cluster_id AND t.consortium_id = d.consortium_id)
    IS DISTINCT FROM d.split_number"""

_DOCUMENT = f"""json_build_object(
      'id', {public_id("doc", "d.id")}, 'kind', d.kind, 'number', d.number,
      'lot_id', {public_id("lot", "d.lot_id")}, 'party_id', {public_id("par", "d.party_id")},
      'split_number', d.split_number, 'split_changed', {_CHANGED},
      'content_sha256', encode(d.content_hash, 'hex'),
      'file', json_build_object('type', 'application/pdf', 'size', d.file_size,
        'sha256', encode(d.file_hash, 'hex')),
      'issued_by', {public_id("per", "d.person_id")}, 'issued_at', {instant("d.issued_at")},
      'signed_by', {_SIGNED_BY})"""

_OF_ONE = "d.cluster_id = app.cluster() AND d.consortium_id = $1::uuid AND d.id = $2::uuid"

CLAUSES = ItemQuery(f"SELECT {_NEWEST} AS item, NULL AS version")
"""The cluster's own versions of clauses, the newest of each."""


def versions(key: str) -> ItemQuery:
    """The cluster's own versions of a clause, newest first."""
    return ItemQuery(
        f"""
        SELECT coalesce(json_agg({_CLAUSE} ORDER BY v.number DESC), '[]') AS item, NULL AS version
        FROM clause_version v WHERE v.cluster_id = app.cluster() AND v.key = $1::text""",
        [key],
    )


def chosen(consortium_id: UUID) -> ItemQuery:
    """What the clauses of a joint answer's agreement follow from; there is none for others."""
    return ItemQuery(
        f"""
        SELECT json_build_object('form', c.form, 'edited', {_NEWEST}, 'choice', (
          SELECT json_build_object('number', h.number, 'keys', h.keys) FROM clause_choice h
          WHERE h.cluster_id = c.cluster_id AND h.consortium_id = c.id
          ORDER BY h.number DESC LIMIT 1)) AS item, NULL AS version
        FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid
          AND c.id = ANY ((SELECT app.my_consortia())::uuid[])""",
        [consortium_id],
    )


def documents(consortium_id: UUID) -> ListQuery:
    """The documents of a joint answer; empty for who sees its header and is none of its parties."""
    there = (
        "EXISTS (SELECT FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = {}::uuid)"
    )
    return ListQuery(
        select=f"""
            SELECT {_DOCUMENT} AS item, ARRAY[d.id::text] AS keys
            FROM document d WHERE d.cluster_id = app.cluster()""",
        order="id DESC",
        after="d.id < {}::uuid",
        position_length=1,
        filters=[("d.consortium_id = {}::uuid", [consortium_id])],
        parent=(there, [consortium_id]),
    )


def document(consortium_id: UUID, document_id: UUID) -> ItemQuery:
    """One document."""
    return ItemQuery(
        f"SELECT {_DOCUMENT} AS item, NULL AS version FROM document d WHERE {_OF_ONE}",
        [consortium_id, document_id],
    )


def file(consortium_id: UUID, document_id: UUID) -> ItemQuery:
    """Where a document's file lies; its prices are opened by it."""
    return ItemQuery(
        f"""
        SELECT json_build_object('cluster', d.cluster_id, 'file', d.file_id, 'kind', d.kind,
          'type', 'application/pdf', 'size', d.file_size, 'number', d.number) AS item,
          NULL AS version,
          {_OPENS} AS opens
        FROM document d WHERE {_OF_ONE}""",
        [consortium_id, document_id],
        trace=OPENING_VERSIONS,
    )


def signatures(consortium_id: UUID, document_id: UUID) -> ItemQuery:
    """Who has signed a document, in order."""
    return ItemQuery(
        f"""
        SELECT json_build_object('items', (
          SELECT coalesce(json_agg(json_build_object(
            'id', {public_id("sig", "s.id")}, 'party_id', {public_id("par", "s.party_id")},
            'person_id', {public_id("per", "s.person_id")}, 'signed_at', {instant("s.signed_at")},
            'file', json_build_object('type', s.file_type, 'size', s.file_size,
              'sha256', encode(s.file_hash, 'hex'))) ORDER BY s.signed_at, s.id), '[]')
          FROM document_signature s
          WHERE s.cluster_id = d.cluster_id AND s.document_id = d.id)) AS item, NULL AS version
        FROM document d WHERE {_OF_ONE}""",
        [consortium_id, document_id],
    )


def signed_file(consortium_id: UUID, document_id: UUID, signature_id: UUID) -> ItemQuery:
    """Where a signed file lies; its prices are opened by it."""
    return ItemQuery(
        f"""
        SELECT json_build_object('cluster', s.cluster_id, 'file', s.file_id, 'kind', d.kind,
          'type', s.file_type, 'size', s.file_size, 'number', d.number) AS item, NULL AS version,
          {_OPENS} AS opens
        FROM document d JOIN document_signature s
          ON s.cluster_id = d.cluster_id AND s.document_id = d.id AND s.id = $3::uuid
        WHERE {_OF_ONE}""",
        [consortium_id, document_id, signature_id],
        trace=OPENING_VERSIONS,
    )
