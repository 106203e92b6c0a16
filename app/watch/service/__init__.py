"""Use cases of the watch: import notices, find them, turn sources on and off."""

from app.watch.service.asking import BadRange, backfill_source, import_source
from app.watch.service.fetching import Asking
from app.watch.service.folders import FilesProgress, import_files
from app.watch.service.forgetting import forget
from app.watch.service.imports import import_file, import_records
from app.watch.service.notices import get_notice
from app.watch.service.retrying import retry_set_aside
from app.watch.service.runs import ImportRunning, Progress, Run, Superseded
from app.watch.service.sequels import deadline_before, says_again, sequels
from app.watch.service.sources import (
    add_source,
    disable_source,
    enable_source,
    list_sources,
    request_due_imports,
)
from app.watch.sources import BrokenFile, NotJson, SourceFailure, UnknownDialect

__all__ = [
    "Asking",
    "BadRange",
    "BrokenFile",
    "FilesProgress",
    "ImportRunning",
    "NotJson",
    "Progress",
    "Run",
    "SourceFailure",
    "Superseded",
    "UnknownDialect",
    "add_source",
    "backfill_source",
    "deadline_before",
    "disable_source",
    "enable_source",
    "forget",
    "get_notice",
    "import_file",
    "import_files",
    "import_records",
    "import_source",
    "list_sources",
    "request_due_imports",
    "retry_set_aside",
    "says_again",
    "sequels",
]
