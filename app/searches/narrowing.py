"""What PostgreSQL can look up in an index before it judges by ``app.fits``."""

from collections.abc import Mapping
from typing import Any

_NARROWS = {
    "words": "n.search @@ app.asked(CAST(:words AS jsonb))",
    "cpv": "n.cpv_branches && CAST(:cpv AS text[])",
    "departments": "(n.departments && CAST(:departments AS text[])"
    " OR n.nuts_branches && CAST(:nuts AS text[]))",
    "natures": "n.nature = ANY (CAST(:natures AS text[]))",
}


def narrowed(columns: Mapping[str, Any]) -> str:
    """Conditions that ``app.fits`` implies, of a search with these columns; begins with AND.

    The names bound are those of the columns.
    """
    given = [sql for name, sql in _NARROWS.items() if columns[name] is not None]
    return "".join(f" AND {sql}" for sql in ("n.kind = ANY (CAST(:kinds AS text[]))", *given))
