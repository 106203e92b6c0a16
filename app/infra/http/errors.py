"""One handler for everything that goes wrong: problem+json (RFC 9457), never an input echoed."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.infra.http.context import request_id
from app.infra.http.credential import CrossSite
from app.infra.http.messages import in_french
from app.infra.http.strict import BadJson, UnsupportedMediaType
from app.kernel.errors import AppError, Fault, Forbidden, Invalid, NotFound, Unauthenticated
from app.kernel.scopes import ScopeMissing

log = structlog.get_logger()

_MEDIA_TYPE = "application/problem+json"
MAX_FAULTS = 20
"""Faults that one answer lists."""
_NAME = re.compile(r"[A-Za-z0-9_]{1,60}")
_RETRY = {"Retry-After": "2"}
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: _RETRY, 503: _RETRY}


class BodyTooLarge(AppError):
    """The body passes the limit (RFC 9110, 15.5.14)."""

    status, code = 413, "body_too_large"
    title = "Le corps de la demande est trop grand."


class BodyTooSlow(AppError):
    """The body has not come within its time (RFC 9110, 15.5.9)."""

    status, code = 408, "body_too_slow"
    title = "Le corps de la demande n'est pas arrivé à temps."


class RateLimited(AppError):
    """More requests than the budget allows (RFC 6585, 4); ``Retry-After`` says until when."""

    status, code = 429, "rate_limited"
    title = "Trop de demandes : réessayez après le délai indiqué."


INTERNAL_ERROR = ("internal_error", "Erreur interne : elle est consignée.")

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    BodyTooLarge.status: BodyTooLarge.code,
    BodyTooSlow.status: BodyTooSlow.code,
}
_HTTP_TITLES = {
    400: "La demande est incorrecte.",
    404: "Introuvable.",
    405: "Cette adresse n'accepte pas cette méthode.",
    BodyTooLarge.status: BodyTooLarge.title,
    BodyTooSlow.status: BodyTooSlow.title,
}


class FaultOut(BaseModel):
    """One thing wrong with the input."""

    pointer: str = Field(examples=["/split/0/bps"])
    code: str = Field(examples=["greater_than"])
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457) with a stable code for programs."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str
    status: int
    code: str = Field(description="Stable: programs may rely on it.", examples=["split_not_exact"])
    detail: str = Field(description="All of it, or the title again.")
    request_id: str
    existing: str | None = Field(None, description="The id of what is there already.")
    errors: list[FaultOut] = []


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str | None = None,
    faults: Sequence[Fault] = (),
    existing: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem+json answer; of many faults, the first.

    The detail always stands: who shows it alone shows the article that a title cites.
    """
    if len(faults) > MAX_FAULTS:
        detail = detail or f"Il y a {len(faults)} fautes ; voici les {MAX_FAULTS} premières."
    body = Problem(
        title=title,
        status=status,
        code=code,
        detail=detail or title,
        request_id=request_id.get(),
        existing=existing,
        errors=[
            FaultOut(pointer=fault.pointer, code=fault.code, message=fault.message)
            for fault in faults[:MAX_FAULTS]
        ],
    )
    return JSONResponse(
        body.model_dump(exclude_none=True), status, headers=headers, media_type=_MEDIA_TYPE
    )


def refusals(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route: the errors that it raises, each with its code."""
    by_status: dict[int | str, list[type[AppError]]] = {}
    always: tuple[type[AppError], ...] = (
        BadJson,
        Unauthenticated,
        Forbidden,
        ScopeMissing,
        CrossSite,
        BodyTooSlow,
        BodyTooLarge,
        UnsupportedMediaType,
        Invalid,
        RateLimited,
    )
    for error in (*always, *errors):
        by_status.setdefault(error.status, []).append(error)
    return {
        status: {
            "model": Problem,
            "content": {_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "description": " ".join(f"`{one.code}`: {one.title}" for one in dict.fromkeys(group)),
        }
        for status, group in by_status.items()
    }


def install(app: FastAPI) -> None:
    """Make every failure of the application a problem."""

    @app.exception_handler(AppError)
    async def business(_request: Request, error: AppError) -> Response:
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def validation(_request: Request, error: RequestValidationError) -> Response:
        faults = [_fault(one) for one in error.errors()]
        if any(fault.pointer.startswith("/path/") for fault in faults):
            return problem(NotFound.status, NotFound.code, NotFound.title)
        return problem(422, Invalid.code, Invalid.title, faults=faults)

    @app.exception_handler(HTTPException)
    async def routing(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, AppError):  # raised while the body was read
            return refusal(error.__cause__)
        status = error.status_code
        title = _HTTP_TITLES.get(status, "La demande est refusée.")
        code = _HTTP_CODES.get(status, "refused")
        headers = dict(error.headers or {})
        if status == 405:
            headers["Allow"] = ", ".join(_allowed(request))
        return problem(status, code, title, headers=headers)

    @app.exception_handler(PoolTimeout)
    @app.exception_handler(PoolExhausted)
    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(psycopg.OperationalError)
    @app.exception_handler(psycopg.InterfaceError)
    async def unavailable(_request: Request, error: Exception) -> Response:
        log.error("database_unavailable", error=type(error).__name__, request_id=request_id.get())
        return problem(
            503,
            "unavailable",
            "La base de données ne répond pas : réessayez dans un instant.",
            headers=_RETRY,
        )


def refusal(error: AppError) -> Response:
    """The answer that tells a business error."""
    headers = _HEADERS.get(error.status)
    if error.retry_after is not None:
        headers = {"Retry-After": str(error.retry_after)}
    return problem(
        error.status,
        error.code,
        error.title,
        detail=error.detail,
        faults=error.faults,
        existing=error.existing,
        headers=headers,
    )


def _allowed(request: Request) -> list[str]:
    """All methods of an address (RFC 9110, 10.2.1): the router tells those of one route only.

    An address that stands by itself is not also the address of whatever bears its name.
    """
    named = request.app.openapi()["paths"].get(request.url.path)
    if named is not None:
        return [method for method in _METHODS if method.lower() in named]
    return [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def unexpected(error: Exception) -> None:
    """Log what nobody foresaw, with its trace."""
    log.error("unexpected_error", exc_info=error, request_id=request_id.get())


def _fault(error: Any) -> Fault:
    where = [str(part) for part in error["loc"]]
    if where[0] == "body":
        # A key that the caller made up may be anything: shown when it is a plain name, and
        # otherwise the object that it stands in.
        where = list(takewhile(_NAME.fullmatch, where[1:]))
    message = in_french(error["type"], error["msg"], error.get("ctx", {}))
    return Fault("/" + "/".join(where), error["type"], message)
