"""A joint answer as large as may be: its agreement costs as many round trips as a small one."""

from io import BytesIO

from pypdf import PdfReader

from tests.consortia.steps import ok
from tests.consortia.test_large_splits import PARTIES, Crowd, crowd, pytestmark
from tests.documents.steps import issue

__all__ = ["crowd", "pytestmark"]

ROUND_TRIPS = 45
PAGES = 170


async def test_an_agreement_of_twenty_five_parties_on_thirty_lots_in_tranches(
    crowd: Crowd,
) -> None:
    ok(await crowd.bid.write(crowd.split()), 200)
    before = crowd.tap.trips
    issued = await issue(crowd.bid.lead, crowd.bid)
    assert crowd.tap.trips - before <= ROUND_TRIPS
    path = f"{crowd.bid.path}/documents/{issued['id']}/file"
    found = PdfReader(BytesIO((await crowd.bid.lead.get(path)).content)).pages
    assert len(found) <= PAGES
    assert sum("Signature et cachet" in page.extract_text() for page in found[-PARTIES:]) == PARTIES
