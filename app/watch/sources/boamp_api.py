"""BOAMP over HTTP: the Opendatasoft Explore API, version 2.1 (SOURCES, BOAMP)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

from app.watch.sources.failures import SourceFailure
from app.watch.sources.publisher import Asked, Page

PATH = "/api/explore/v2.1/catalog/datasets/boamp/records"
PAGE_ITEMS = 100
MAX_POSITION = 10_000
"""``offset + limit`` beyond which the API answers 400."""

UP, DOWN = "dateparution,idweb", "dateparution desc,idweb desc"


async def pages(asked: Asked) -> AsyncIterator[Page]:
    """The records published in the days asked for, oldest first, a page at a time.

    Day by day, so that the cursor (a day, and how many of its records came) means the same
    whenever it is taken up. Raises SourceFailure; pages that came before are good.
    """
    last = asked.until or asked.today
    day, come = _place(asked)
    while day <= last:
        where = f"dateparution >= date'{day}'"
        if day < last or asked.until is not None:
            where += f" and dateparution < date'{day + timedelta(days=1)}'"
        async for records, after in _day(asked, where, come):
            yield Page(records, f"{day} {after}")
        day, come = day + timedelta(days=1), 0


def _place(asked: Asked) -> tuple[date, int]:
    day, _, come = (asked.cursor or f"{asked.since} 0").partition(" ")
    return date.fromisoformat(day), int(come)


async def _day(asked: Asked, where: str, come: int) -> AsyncIterator[tuple[list[object], int]]:
    """The records of a day after the first ``come``, with how many have come then.

    The API pages through the first 10,000 from either end: the rest is read from the last one.
    """
    while True:
        order = UP if come < MAX_POSITION else DOWN
        offset = come % MAX_POSITION
        limit = min(PAGE_ITEMS, MAX_POSITION - offset)
        total, records = await _page(asked, where, order, offset, limit)
        records = records[: max(0, total - come)]
        if total > 2 * MAX_POSITION:
            raise SourceFailure(f"Plus de {2 * MAX_POSITION} avis pour « {where} ».")
        if records:
            come += len(records)
            yield records, come
        if come >= total:
            return
        if not records:
            raise SourceFailure(f"La source annonce {total} avis et s'arrête à {come}.")


async def _page(
    asked: Asked, where: str, order: str, offset: int, limit: int
) -> tuple[int, list[object]]:
    envelope = await asked.client.json(
        asked.base_url + PATH,
        {"where": where, "order_by": order, "limit": str(limit), "offset": str(offset)},
    )
    total = envelope.get("total_count") if isinstance(envelope, dict) else None
    records = envelope.get("results") if isinstance(envelope, dict) else None
    if not isinstance(total, int) or not isinstance(records, list):
        raise SourceFailure("La réponse n'a pas la forme attendue (total_count, results).")
    return total, records
