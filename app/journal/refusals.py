"""Refusals that stay on record: kept in a transaction of their own, for the request's is undone."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from app.infra.db import enter
from app.infra.http.deps import caller_of, installation
from app.infra.http.errors import refusal
from app.journal.service import record
from app.kernel.errors import OnRecord
from app.kernel.scopes import READING


def install(app: FastAPI) -> None:
    """Record what was refused on the record, then refuse it."""

    @app.exception_handler(OnRecord)
    async def recorded(request: Request, error: OnRecord) -> Response:
        # The refusal of a read is no attempt at anything.
        if request.method not in READING:
            await _keep(request, error)
        return refusal(error)


async def _keep(request: Request, error: OnRecord) -> None:
    here = await installation(request)
    async with here.database.transaction() as session:
        actor = await enter(session, caller_of(request, here))
        subject = actor.member_id or actor.person_id
        await record(session, actor, f"refused.{error.code}", subject, detail=error.record)
