"""Foreign sources: how each is asked, how it writes its notices, what may go wrong on the way.

Each kind is a ``Publisher`` in ``kinds``; what all share is in ``publisher`` and ``polite``.
"""

from app.watch.sources.failures import (
    BrokenFile,
    NotJson,
    SourceFailure,
    UnknownDialect,
    UnknownSource,
)
from app.watch.sources.publisher import Asked, Dialect, Document, Page, Publisher

__all__ = [
    "Asked",
    "BrokenFile",
    "Dialect",
    "Document",
    "NotJson",
    "Page",
    "Publisher",
    "SourceFailure",
    "UnknownDialect",
    "UnknownSource",
]
