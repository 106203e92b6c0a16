"""What other services answer us: read within bounds, and unpacked only by who can count."""

import zlib

import httpx

_GZIP_OR_ZLIB = 47  # window bits: either header is told by itself
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_MIB = 1_048_576


class Unusable(Exception):
    """The answer is none that we can read; the message says why, in French."""


def user_agent(contact: str) -> str:
    """Who asks, and whom of the operator's a service may write to about it."""
    return f"Grappe/0.1 (+{contact})"


async def body_of(response: httpx.Response, most: int, *, packed: bool = False) -> bytes:
    """The body of a streamed answer, of ``most`` bytes once unpacked; ``packed`` lets it be so.

    Unpacked here, so that no small answer grows beyond the bound. Raises Unusable, and
    ``httpx.ReadError`` when a packed answer was cut.
    """
    coding = response.headers.get("content-encoding", "identity").lower()
    if coding != "identity" and not (packed and coding in _PACKED):
        raise Unusable("La réponse est dans une compression inattendue.")
    unpack = None if coding == "identity" else zlib.decompressobj(_GZIP_OR_ZLIB)
    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            room = most + 1 - len(body)
            body += chunk if unpack is None else unpack.decompress(chunk, room)
            if len(body) > most:
                raise Unusable(f"La réponse dépasse {most / _MIB:g} Mio.")
    except zlib.error as error:
        raise Unusable("La réponse compressée est abîmée.") from error
    if unpack is not None and not unpack.eof:
        raise httpx.ReadError("the compressed answer was cut")
    return bytes(body)
