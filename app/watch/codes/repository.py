"""Queries of the code lists by name: hot reads, in the order of the codes."""

import re
from dataclasses import dataclass

from app.infra.db import ListQuery
from app.watch.codes.domain import CodeList

_LANGUAGE = "(SELECT language FROM cluster WHERE cluster_id = app.cluster())"

_LEVELS = {
    CodeList.CPV: "greatest(2, length(rtrim(code, '0')))",
    CodeList.NUTS: "length(code) - 2",
}
"""How deep a code lies: digits that count (2, a division), or levels under the country."""

_WORD = re.compile(r"[^\W_]+")
_BEGINNING = re.compile(r"[0-9A-Za-z]{1,8}", re.ASCII)

_FOUND = """(code LIKE {}::text || '%' OR search @@ (
    websearch_to_tsquery('french', app.fold({}::text))
    || websearch_to_tsquery('english', app.fold({}::text))
    || to_tsquery('simple', app.fold({}::text))))"""


CPV_LABELS = """(
    SELECT coalesce(json_object_agg(code, label), '{}') FROM (
      SELECT DISTINCT ON (one.code) one.code, l.label_fr AS label
      FROM (SELECT unnest(n.cpv) AS code
        UNION SELECT value #>> '{}' FROM jsonb_path_query(n.lots, '$[*].cpv[*]') AS value) AS one
      JOIN code_label l ON l.list = 'cpv' AND l.code = ANY (ARRAY(
        SELECT rpad(left(one.code, digits), 8, '0') FROM generate_series(2, 8) AS digits))
      ORDER BY one.code, length(rtrim(l.code, '0')) DESC, l.code) AS known)"""
"""SQL: what the codes of the notice ``n`` and of its lots are called in French, each by its own
label, else that of the narrowest branch that has one."""


@dataclass(frozen=True, slots=True)
class CodeSearch:
    """What is looked for in a list: words of either language or the beginning of a code (``q``),
    what lies ``under`` the beginning of a code, at which ``level``.
    """

    q: str | None = None
    under: str | None = None
    level: int | None = None


def codes(kind: CodeList, search: CodeSearch) -> ListQuery:
    """The codes found, labelled in the language of the caller's cluster."""
    filters: list[tuple[str, list[object]]] = []
    if search.q is not None:
        filters.append((_FOUND, _asked(search.q)))
    if search.under is not None:
        filters.append(("code LIKE {}::text || '%'", [search.under]))
    if search.level is not None:
        filters.append((f"{_LEVELS[kind]} = {{}}::int", [search.level]))
    return ListQuery(
        select=f"""
            SELECT json_build_object('code', code, 'level', {_LEVELS[kind]},
              'label', CASE {_LANGUAGE} WHEN 'en' THEN label_en ELSE label_fr END) AS item,
              ARRAY[code] AS keys
            FROM code_label WHERE list = '{kind.value}'""",
        order="code",
        after="code > {}::text",
        position_length=1,
        filters=filters,
    )


def _asked(q: str) -> list[object]:
    """A beginning of a code, the words twice, and the beginnings of words: people stop typing."""
    plain = q.partition("-")[0].strip()
    beginning = plain.upper() if _BEGINNING.fullmatch(plain) else " "
    return [beginning, q, q, " & ".join(f"{word}:*" for word in _WORD.findall(q))]
