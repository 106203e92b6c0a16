"""Ids inside requests and answers: finding them, and putting others in their place."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from httpx import Response
from pypdf.errors import PdfReadError

from app.kernel.ids import encode, new_id
from tests.access.calls import Call
from tests.forms.paper import words

ID = re.compile(r"\b([a-z]{3})_[0-9a-f]{32}\b")
OF_THE_INSTALLATION = frozenset({"not", "imp", "pai"})
"""Ids that are the same for all who sign in."""
OF_THE_CLUSTER = OF_THE_INSTALLATION | {"clu", "can", "mem", "lnk", "ten", "lot", "pol", "int"}
"""Ids that everyone in the cluster may learn."""

_MOVES_ANYWAY = re.compile(r"x-request-id|date|ratelimit(-policy)?|retry-after")


def never(prefix: str) -> str:
    """An id that looks like the server's, and was never given."""
    return encode(prefix, new_id())


def found_in(call: Call) -> Iterator[tuple[str, str]]:
    """Every id of a request: where it stands (``path/…``, ``query/…``, ``body/…``), and itself."""
    for place in ("path", "query", "body"):
        yield from _walk(getattr(call, place), place)


def _walk(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and ID.fullmatch(value):
        yield where, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _walk(one, f"{where}/{name}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _walk(one, f"{where}/{index}")


def changed(call: Call, other: Callable[[str, str], str]) -> Call:
    """The request with ``other(where, id)`` instead of each id."""

    def walk(value: Any, where: str) -> Any:
        if isinstance(value, str) and ID.fullmatch(value):
            return other(where, value)
        if isinstance(value, dict):
            return {name: walk(one, f"{where}/{name}") for name, one in value.items()}
        if isinstance(value, list):
            return [walk(one, f"{where}/{index}") for index, one in enumerate(value)]
        return value

    places = {place: walk(getattr(call, place), place) for place in ("path", "query", "body")}
    return replace(call, **places)


def unknown(call: Call, public: frozenset[str]) -> Call:
    """The request with ids that never were, but for those that everyone may know."""
    return changed(call, lambda _, one: one if one[:3] in public else never(one[:3]))


def told(answer: Response) -> tuple[int, list[tuple[str, str]], str]:
    """All that an answer tells: status, headers and body, without what moves at every request."""
    headers = [pair for pair in answer.headers.items() if not _MOVES_ANYWAY.fullmatch(pair[0])]
    request_id = answer.headers.get("x-request-id", "-")
    said = _read(answer).replace(request_id, "-")
    return answer.status_code, sorted(headers), said


def _read(answer: Response) -> str:
    """The body as a reader has it: of a PDF, what its pages say."""
    if answer.headers.get("content-type") != "application/pdf":
        return answer.text
    try:
        return words(answer.content)
    except PdfReadError:
        return answer.text
