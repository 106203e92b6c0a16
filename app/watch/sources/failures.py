"""What may go wrong on the way from a source."""

from datetime import datetime
from typing import ClassVar

from app.kernel.errors import AppError


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


class BadAnswer(SourceFailure):
    """One address gives nothing of use, whoever asks and however often; others may.

    ``answered`` is the status that says so, ``None`` when the answer itself cannot be read.
    """

    code = "bad_answer"

    def __init__(self, detail: str, answered: int | None = None) -> None:
        super().__init__(detail)
        self.answered = answered


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


class UnknownSource(SourceFailure):
    """No source bears this name."""

    status = 404
    code = "unknown_source"
    title = "Aucune source de ce nom :"
