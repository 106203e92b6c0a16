"""Business errors. Each is a class with a stable code and a status; one handler renders them.

Texts are French: people read them. They never echo what the caller sent, nor name a row that
the caller may not see.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: where (a JSON pointer), a stable code, a sentence."""

    pointer: str
    code: str
    message: str


class AppError(Exception):
    """The root of all that the service refuses on purpose.

    ``status`` is an HTTP status, ``code`` a stable snake_case word for programs, ``title`` a
    short French sentence; the constructor's ``detail`` says what would be accepted.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "La demande est incorrecte."

    def __init__(self, detail: str | None = None, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.faults = faults
        self.retry_after: int | None = None  # seconds, where the refusal ends by itself
        self.existing: str | None = None  # public id of what is there, that the caller may see


class Unauthenticated(AppError):
    """No usable credential came with the request."""

    status, code = 401, "unauthenticated"
    title = "Identifiez-vous : jeton absent, inconnu, expiré ou révoqué."


class Forbidden(AppError):
    """The caller sees the thing but may not do this to it."""

    status, code = 403, "forbidden"
    title = "Votre rôle ne permet pas cette action."


class NotFound(AppError):
    """No such thing, or none that the caller may see: both read the same."""

    status, code = 404, "not_found"
    title = "Introuvable."


class Conflict(AppError):
    """The thing's state does not allow this now."""

    status, code = 409, "conflict"
    title = "L'état actuel ne permet pas cette action."


class OnRecord(AppError):
    """A refusal that the audit trail keeps, though all else that the request did is undone.

    ``record`` is what to keep with it: JSON, of no consortium, for whoever reads the trail of
    the cluster must not learn from it what they may not see.
    """

    def __init__(self, record: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.record = record or {}


class PreconditionFailed(AppError):
    """``If-Match`` names a version that is no longer current (RFC 9110, 13.1.1)."""

    status, code = 412, "stale_version"
    title = "Cette version n'est plus la dernière : relisez, puis recommencez."


class PreconditionRequired(AppError):
    """The change must say which version it changes (RFC 6585, 3)."""

    status, code = 428, "version_required"
    title = "Ajoutez l'en-tête If-Match avec la version lue (ETag)."


class Invalid(AppError):
    """Well-formed, but not acceptable (RFC 9110, 15.5.21)."""

    status, code = 422, "invalid"
    title = "Certaines valeurs ne sont pas acceptées."

    @classmethod
    def at(cls, pointer: str, code: str, message: str) -> Self:
        """The refusal of one thing in the input, which says what would be accepted."""
        return cls(message, (Fault(pointer, code, message),))
