"""BOAMP over HTTP: the Opendatasoft Explore API, version 2.1 (SOURCES, BOAMP)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

from app.watch.sources.failures import SourceFailure
from app.watch.sources.publisher import Asked, Page

PATH = "/api/explore/v2.1/catalog/datasets/boamp/records"
PAGE_ITEMS = 100
MAX_POSITION = 10_000
"""``offset + limit`` beyond which the API answers 400."""


async def pages(asked: Asked) -> AsyncIterator[Page]:
    """The records published in the days asked for, oldest first, a page at a time.

    A window of more notices than the API lets one page through is read day by day. Raises
    SourceFailure; pages that came before are good.
    """
    whole = f"dateparution >= date'{asked.since}'"
    if asked.until is not None:
        whole += _before(asked.until + timedelta(days=1))
    total, records = await _page(asked, whole, 0)
    if total <= MAX_POSITION:
        async for page in _walk(asked, whole, total, records):
            yield page
        return
    last = asked.until or asked.today
    for day in (asked.since + timedelta(days=n) for n in range((last - asked.since).days + 1)):
        one = f"dateparution >= date'{day}'"
        if day < last or asked.until is not None:
            one += _before(day + timedelta(days=1))
        total, records = await _page(asked, one, 0)
        async for page in _walk(asked, one, total, records):
            yield page


def _before(day: date) -> str:
    return f" and dateparution < date'{day}'"


async def _walk(asked: Asked, where: str, total: int, records: list[object]) -> AsyncIterator[Page]:
    offset = 0
    while records:
        yield Page(records)
        offset += len(records)
        if offset >= total:
            return
        if offset + PAGE_ITEMS > MAX_POSITION:
            raise SourceFailure(f"Plus de {MAX_POSITION} avis pour « {where} ».")
        total, records = await _page(asked, where, offset)


async def _page(asked: Asked, where: str, offset: int) -> tuple[int, list[object]]:
    envelope = await asked.client.json(
        asked.base_url + PATH,
        {
            "where": where,
            "order_by": "dateparution,idweb",
            "limit": str(PAGE_ITEMS),
            "offset": str(offset),
        },
    )
    total = envelope.get("total_count") if isinstance(envelope, dict) else None
    records = envelope.get("results") if isinstance(envelope, dict) else None
    if not isinstance(total, int) or not isinstance(records, list):
        raise SourceFailure("La réponse n'a pas la forme attendue (total_count, results).")
    return total, records
