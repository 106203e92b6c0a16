"""BOAMP's daily XML over HTTP: a folder for each day, and in it a file for each notice (SOURCES).

What a folder's own page looks like is the server's affair: whatever names ``IDWEB.xml`` in it
is a notice, in links of a page as in an index written in XML.
"""

import re
from collections.abc import AsyncIterator
from datetime import date

from app.watch.sources import daily
from app.watch.sources.failures import BadAnswer, SourceFailure
from app.watch.sources.publisher import Asked, Page
from app.watch.sources.xml_tree import decoded

_FILE = re.compile(r"(?<![0-9-])([0-9]{2}-[0-9]{1,9})\.xml\b", re.IGNORECASE)
_FOLDER = re.compile(r"""index of|href=["']?\.\./?["' >]""", re.IGNORECASE)
"""What the page of an empty folder still says."""


QUIET_DAYS = 4
"""Days in a row on which nothing may be published: a long weekend."""


async def pages(asked: Asked) -> AsyncIterator[Page]:
    """The documents of each day asked for. Raises SourceFailure; pages before it are good."""
    folders: list[bool] = []

    async def listed(asked: Asked, day: date) -> daily.Listing:
        page = await _folder_page(asked, day)
        folders.append(page is not None)
        return daily.Listing(frozenset(_FILE.findall(page or "")))

    async for page in daily.walk(asked, listed, _address):
        yield page
    if len(folders) > QUIET_DAYS and not any(folders):
        raise SourceFailure("Aucun dossier d'un jour n'existe à cette adresse.")


def _folder(asked: Asked, day: date) -> str:
    return f"{asked.base_url}/{day:%Y/%m/%d}/"


def _address(asked: Asked, day: date, idweb: str) -> str:
    return f"{_folder(asked, day)}{idweb}.xml"


async def _folder_page(asked: Asked, day: date) -> str | None:
    """The list of a day's files; a day without notices has none."""
    try:
        answer = await asked.client.ask(_folder(asked, day), accept="text/html, application/xml")
    except BadAnswer as failure:
        if failure.answered == 404:
            return None
        raise
    page = decoded(answer.body)
    if not _FILE.search(page) and not _FOLDER.search(page):
        raise SourceFailure(f"La page du {day:%d/%m/%Y} n'est pas une liste d'avis.")
    return page
