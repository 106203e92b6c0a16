"""Idempotency-Key: what creates or moves money happens once, however often it is sent.

The answer is stored in the transaction that had the effect, so that a retry after a lost
answer gets it again. Only successes are stored: a refusal can be tried again.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import CursorResult, Table, select, text
from sqlalchemy.dialects.postgresql import insert

from app.infra.http.deps import Work, signed_in
from app.infra.http.models import KeptAnswer
from app.kernel.actor import Actor
from app.kernel.errors import AppError, Conflict, Invalid
from app.kernel.ids import decode


class KeyRequired(AppError):
    """The request creates something: it needs a key of the client's making."""

    status, code = 400, "idempotency_key_required"
    title = "Ajoutez l'en-tête Idempotency-Key : un identifiant unique de votre choix."


class KeyReused(Invalid):
    """The key came before with another body."""

    code = "idempotency_key_reused"
    title = "Cette clé d'idempotence a déjà servi pour une autre demande."


class KeyInFlight(Conflict):
    """The same key is being worked on at this moment."""

    code = "idempotency_key_in_flight"
    title = "La même demande est en cours : réessayez dans un instant."


class Replay(Exception):
    """Not an error: the stored answer of an earlier request with this key."""

    def __init__(self, answer: JSONResponse) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps the answer of the present request under its key."""

    work: Work
    operation: str
    key: str
    input_hash: bytes
    consortium_id: UUID | None

    async def keep(
        self, answer: Any, status: int = 201, *, consortium_id: UUID | None = None
    ) -> JSONResponse:
        """Store the answer in the request's transaction, and give it as a response.

        ``consortium_id`` names what it is about where the address does not. Raises KeyReused.
        """
        body = jsonable_encoder(answer)
        headers = {"ETag": f'"{body["version"]}"'} if "version" in body else {}
        values = {
            "cluster_id": self.work.actor.cluster_id,
            "person_id": self.work.actor.person_id,
            "acting_for": _acting_for(self.work.actor),
            "operation": self.operation,
            "key": self.key,
            "input_hash": self.input_hash,
            "status": status,
            "headers": headers,
            "body": body,
            "created_at": self.work.actor.now,
            "consortium_id": consortium_id or self.consortium_id,
        }
        kept = insert(cast("Table", KeptAnswer.__table__)).values(values).on_conflict_do_nothing()
        # An answer that a wall hides has the key, and was not found above.
        counted = kept.execution_options(preserve_rowcount=True)
        done = cast("CursorResult[Any]", await self.work.session.execute(counted))
        if done.rowcount == 0:
            raise KeyReused
        return JSONResponse(body, status, headers)


async def once(
    request: Request,
    work: Annotated[Work, Depends(signed_in, scope="function")],
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Required. A value of the client's making, unique per request; a retry "
            "with the same key and body gets the first answer again.",
            pattern="^[\\x21-\\x7e]{1,255}$",
        ),
    ] = None,
) -> Keeper:
    """Refuse, replay, or let through. Raises KeyRequired, KeyReused, KeyInFlight, Replay."""
    if key is None:
        raise KeyRequired
    operation = f"{request.method} {request.url.path}"
    input_hash = sha256(await request.body()).digest()
    actor = work.actor
    lock = f"{actor.cluster_id} {actor.person_id} {_acting_for(actor)} {operation} {key}"
    # A plain unique key would make the second request wait for the first to end.
    free = await work.session.scalar(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock}
    )
    if not free:
        raise KeyInFlight
    kept = await work.session.scalar(
        select(KeptAnswer).where(
            KeptAnswer.cluster_id == actor.cluster_id,
            KeptAnswer.person_id == actor.person_id,
            KeptAnswer.acting_for == _acting_for(actor),
            KeptAnswer.operation == operation,
            KeptAnswer.key == key,
        )
    )
    if kept is None:
        return Keeper(work, operation, key, input_hash, _consortium_of(request))
    if kept.input_hash != input_hash:
        raise KeyReused
    raise Replay(JSONResponse(kept.body, kept.status, kept.headers))


def _consortium_of(request: Request) -> UUID | None:
    try:
        return decode("con", request.path_params.get("consortium_id", ""))
    except ValueError:  # none, or one that the route will refuse
        return None


def _acting_for(actor: Actor) -> UUID:
    """The company acted for, or the person: one person's two hats never share an answer."""
    return actor.member_id or actor.person_id


Once = Annotated[Keeper, Depends(once, scope="function")]

ONCE_ERRORS: tuple[type[AppError], ...] = (KeyRequired, KeyReused, KeyInFlight)
"""What a route with an idempotency key may refuse."""
