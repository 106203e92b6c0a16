"""Bytes that should be UTF-8: those that are not are read as Windows-1252, one by one.

Some publishers send ISO-8859-1, some mix both in one answer; whatever is UTF-8 stays so.
"""

import codecs

UTF8_MARK = "\ufeff"
_HANDLER = "grappe.windows"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "ignore"), error.end


codecs.register_error(_HANDLER, _as_windows)


def decoded(body: bytes) -> str:
    """The text of a whole answer, without its byte order mark."""
    return body.decode("utf-8", _HANDLER).removeprefix(UTF8_MARK)


class Recoder:
    """The same for a stream: chunks in, chunks of UTF-8 out."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(_HANDLER)

    def __call__(self, chunk: bytes) -> bytes:
        """What can be said so far; an empty chunk ends the stream."""
        return self._decoder.decode(chunk, final=not chunk).encode()
