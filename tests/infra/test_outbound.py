"""What others answer is read within bounds, and unpacked only where that is counted."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from app.infra.outbound import Unusable, body_of
from tests.loopback import Loopback, send

PLAIN = b"a page " * 1000
PACK: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}


class Site(Loopback):
    """Answers every request with the same bytes, in a coding."""

    body, coding = PLAIN, "identity"

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        send(handler, self.body, headers={"Content-Encoding": self.coding})


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on the loopback."""
    with Site() as opened:
        yield opened


async def read(site: Site, most: int, *, packed: bool = False) -> bytes:
    async with httpx.AsyncClient() as client, client.stream("GET", site.url) as response:
        return await body_of(response, most, packed=packed)


@pytest.mark.parametrize("coding", PACK)
async def test_an_answer_is_read_to_its_last_byte_and_not_one_beyond_the_bound(
    site: Site, coding: str
) -> None:
    site.coding = coding
    site.body = PACK[coding](PLAIN)
    assert await read(site, len(PLAIN), packed=True) == PLAIN
    with pytest.raises(Unusable, match="dépasse"):
        await read(site, len(PLAIN) - 1, packed=True)


async def test_who_does_not_count_unpacked_bytes_takes_no_packed_answer(site: Site) -> None:
    site.coding, site.body = "gzip", gzip.compress(PLAIN)
    with pytest.raises(Unusable, match="compression inattendue"):
        await read(site, 2 * len(PLAIN))


async def test_an_unknown_coding_a_damaged_and_a_cut_answer_are_told_apart(site: Site) -> None:
    site.coding = "br"
    with pytest.raises(Unusable, match="compression inattendue"):
        await read(site, 2 * len(PLAIN), packed=True)
    site.coding = "gzip"
    with pytest.raises(Unusable, match="abîmée"):
        await read(site, 2 * len(PLAIN), packed=True)
    site.body = gzip.compress(PLAIN)[:-1]
    with pytest.raises(httpx.ReadError):
        await read(site, 2 * len(PLAIN), packed=True)
