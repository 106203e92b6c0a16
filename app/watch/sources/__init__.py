"""Foreign sources: how each writes its notices, and what may go wrong on the way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import ClassVar

from app.kernel.errors import AppError
from app.watch.domain import Notice
from app.watch.sources import boamp

PROBE_ITEMS = 20
"""Items looked at before a file counts as being of no known dialect."""


class SourceFailure(AppError):
    """A file or a source gives no more notices; the detail is one line for the operator.

    ``quiet_until`` is the instant before which the source wants no further request.
    """

    status: ClassVar[int] = 502
    code: ClassVar[str] = "source_failure"
    title: ClassVar[str] = "La source n'a pas pu être lue."

    def __init__(self, detail: str, quiet_until: datetime | None = None) -> None:
        super().__init__(detail)
        self.quiet_until = quiet_until


class NotJson(SourceFailure):
    """Not one byte of it is JSON."""

    code = "not_json"
    title = "Ce fichier n'est pas du JSON."


class UnknownDialect(SourceFailure):
    """JSON, but nothing in it looks like the notices of a known source."""

    code = "unknown_dialect"
    title = "Ces données ne sont d'aucune source connue."


class BrokenFile(SourceFailure):
    """The file stops in the middle, or stops making sense there."""

    code = "broken_file"
    title = "Le fichier est incomplet ou abîmé."


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a source writes its notices.

    ``marker`` is the key that every record bears; ``body`` the one without which a record is
    an extract of its notice.
    """

    source: str
    marker: str
    body: str
    read: Callable[[object], Notice]

    def is_partial(self, record: object) -> bool:
        """Whether the record is an extract, which must not replace a whole one."""
        return not (isinstance(record, dict) and record.get(self.body))


BOAMP = Dialect(boamp.SOURCE, "idweb", "donnees", boamp.read)
DIALECTS = {dialect.source: dialect for dialect in (BOAMP,)}


def detect(items: Iterator[object]) -> tuple[Dialect, Iterable[object]]:
    """The dialect that the first items speak, and all the items. Raises UnknownDialect."""
    probed: list[object] = []
    for item in items:
        probed.append(item)
        for dialect in DIALECTS.values():
            if isinstance(item, dict) and dialect.marker in item:
                return dialect, chain(probed, items)
        if len(probed) == PROBE_ITEMS:
            break
    if probed:
        raise UnknownDialect(
            "Aucun avis reconnu : un fichier du BOAMP porte « idweb » dans chaque avis."
        )
    return BOAMP, ()  # an empty answer is of any dialect
