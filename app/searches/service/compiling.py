"""From what people ask for to what notices are compared with: stems, and which of them are rare."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.searches.domain import WORTH_AN_ALERT, Criteria
from app.searches.domain.anchors import Frequency, Stems, anchors, guess

STEMS = text("""
    SELECT term, tsvector_to_array(to_tsvector('french'::regconfig, app.fold(term))),
      tsvector_to_array(to_tsvector('english'::regconfig, app.fold(term)))
    FROM unnest(CAST(:terms AS text[])) AS term
""")

# What PostgreSQL has counted of notices for its own plans: the commonest elements. Any other is
# rarer than these; without a count of them yet, there is nothing to know.
COUNTED = text("""
    SELECT CASE attname WHEN 'search' THEN 'w' WHEN 'cpv_branches' THEN 'c'
      WHEN 'departments' THEN 'd' ELSE 'n' END, element, share
    FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs)
      AS counted (element, share)
    WHERE schemaname = 'public' AND tablename = 'notice' AND element IS NOT NULL
      AND attname IN ('search', 'cpv_branches', 'departments', 'nuts_branches')
""")


async def compiled(session: AsyncSession, criteria: Criteria) -> dict[str, Any]:
    """Check what is asked for, and make of it the columns that notices are compared with.

    Raises NothingAsked, TooCommon, Invalid.
    """
    criteria.check()
    stems = await stems_of(session, terms_of(criteria))
    return columns_of(criteria, stems, await frequency_of(session))


def terms_of(criteria: Criteria) -> list[str]:
    """Every word and phrase whose stems are needed."""
    words = criteria.read()
    terms = [term for group in words.any for term in group]
    return [*terms, *words.none, *criteria.buyers, *criteria.procedures]


def columns_of(
    criteria: Criteria, stems: Mapping[str, Stems], frequency: Frequency
) -> dict[str, Any]:
    """The columns of a search. Raises TooCommon."""
    words = criteria.read()
    found = anchors(criteria, stems, frequency)
    # An exclusion that is never looked for excludes nothing.
    sought = bool(words.any) or any(stems[term].french for term in words.none)
    places = criteria.places() or (None, None)
    return {
        "words": {"any": words.any, "none": words.none} if sought else None,
        "cpv": _some(criteria.cpv),
        "departments": places[0],
        "nuts": places[1],
        "sirens": _some(criteria.sirens),
        "buyers": _some(criteria.buyers),
        "procedures": _some(criteria.procedures),
        "natures": _some(criteria.natures),
        "concession": criteria.concession,
        "estimate_from": criteria.estimate_from,
        "estimate_to": criteria.estimate_to,
        "days_from": criteria.days_from,
        "days_to": criteria.days_to,
        "reserved": _some(criteria.reserved),
        "kinds": [*(criteria.kinds or WORTH_AN_ALERT)],
        "anchors": list(found),
    }


def _some(values: Sequence[str]) -> list[str] | None:
    return [str(value) for value in values] or None


async def stems_of(session: AsyncSession, terms: list[str]) -> dict[str, Stems]:
    """The lexemes of each term."""
    if not terms:
        return {}
    rows = await session.execute(STEMS, {"terms": terms})
    return {term: Stems(tuple(french), tuple(english)) for term, french, english in rows}


async def frequency_of(session: AsyncSession) -> Frequency:
    """How many notices bear what, as far as PostgreSQL has counted."""
    rows = await session.execute(COUNTED)
    counted: dict[str, float] = {f"{kind}{one}": share for kind, one, share in rows}
    rarest: dict[str, float] = {}
    for key, share in counted.items():
        rarest[key[0]] = min(share, rarest.get(key[0], 1.0))

    def frequency(key: str) -> float:
        if key in counted:
            return counted[key]
        return min(guess(key), rarest.get(key[:1], 1.0))

    return frequency
