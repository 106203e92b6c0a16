"""TED over HTTP: its search API, version 3, then the eForms document of each notice (SOURCES)."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from app.watch.sources import daily
from app.watch.sources.eforms import number
from app.watch.sources.failures import SourceFailure
from app.watch.sources.publisher import Asked, Page

SEARCH = "/v3/notices/search"
LIMIT = 250
"""Notices on a page: the most that the API gives."""

MAX_DAY = 20_000
"""Notices of one day; the whole Union publishes some 3,500."""


class TedSettings(BaseModel):
    """What is searched, in TED's own language, and where documents are.

    ``query`` without dates nor order, which are ours to ask; ``documents`` another server than
    the search's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: Annotated[str, Field(min_length=3, max_length=4000)] = "buyer-country=FRA"
    documents: HttpUrl = HttpUrl("https://ted.europa.eu")


async def pages(asked: Asked) -> AsyncIterator[Page]:
    """The documents of what the search finds (``settings.query``), a day of publication at a time.

    Raises SourceFailure; pages that came before are good.
    """
    async for page in daily.walk(asked, listed, _address):
        yield page


def _address(asked: Asked, _day: date, publication: str) -> str:
    home = TedSettings.model_validate(asked.settings).documents
    return f"{str(home).rstrip('/')}/en/notice/{publication}/xml"


async def listed(asked: Asked, day: date) -> daily.Listing:
    """The publication numbers of a day.

    The token outlives the last page, and comes with it: an empty page ends the list, as does one
    that repeats what is known. Sorting is not asked for, since numbers tell the order.
    """
    query = TedSettings.model_validate(asked.settings).query
    body: dict[str, Any] = {
        "query": f"({query}) AND publication-date={day:%Y%m%d}",
        "fields": ["publication-number"],
        "limit": LIMIT,
        "scope": "ALL",
        "paginationMode": "ITERATION",
    }
    found: set[str] = set()
    announced = 0
    while True:
        notices, total, token = await _page(asked, body)
        known = len(found)
        found.update(named for one in notices if (named := _named(one)))
        announced = max(announced, total)
        if not token or len(found) == known:
            return daily.Listing(frozenset(found), max(0, announced - len(found)))
        if len(found) > MAX_DAY:
            raise SourceFailure(f"Plus de {MAX_DAY} avis de TED le {day:%d/%m/%Y}.")
        body["iterationNextToken"] = token


async def _page(asked: Asked, body: dict[str, Any]) -> tuple[list[Any], int, str | None]:
    envelope = await asked.client.json(asked.base_url + SEARCH, body=body)
    notices = envelope.get("notices") if isinstance(envelope, dict) else None
    if not isinstance(notices, list):
        raise SourceFailure("La réponse n'a pas la forme attendue (notices).")
    if envelope.get("timedOut") is True:
        raise SourceFailure("La recherche de TED n'est pas allée à son terme.")
    total, token = envelope.get("totalNoticeCount"), envelope.get("iterationNextToken")
    count = total if isinstance(total, int) else 0
    return notices, count, token if isinstance(token, str) and token else None


def _named(notice: object) -> str | None:
    """Its number; keys are left out at will, and a value may be a list."""
    written = notice.get("publication-number") if isinstance(notice, dict) else None
    if isinstance(written, list):
        written = next(iter(written), None)
    return number(written) if isinstance(written, str) else None
