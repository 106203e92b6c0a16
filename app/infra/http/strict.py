"""Strict JSON (RFC 8259, RFC 7493): what Python reads too kindly is refused before any rule.

NaN and Infinity, duplicate keys, NUL and lone surrogates (PostgreSQL stores neither), other
encodings than UTF-8, and depths that exhaust the stack.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from app.kernel.errors import AppError

MAX_DEPTH = 32
MAX_DIGITS = 30


class BadJson(AppError):
    """The body is no JSON that every program would read alike."""

    code = "bad_json"
    title = "Le corps de la demande n'est pas du JSON acceptable."


def read_json(body: bytes) -> Any:
    """The value of a body; raises BadJson with the reason."""
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse, parse_int=_integer
        )
    except UnicodeDecodeError:
        raise BadJson("Il faut de l'UTF-8.") from None
    except RecursionError:
        raise BadJson("Trop de niveaux imbriqués.") from None
    except ValueError:
        raise BadJson("La syntaxe est fausse.") from None
    _check(value, MAX_DEPTH)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("Une clé figure deux fois dans un même objet.")
    return found


def _refuse(_constant: str) -> None:
    raise BadJson("NaN et Infinity ne sont pas du JSON.")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BadJson("Un nombre a trop de chiffres.")
    return int(digits)


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise BadJson("Trop de niveaux imbriqués.")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise BadJson("Un texte contient un caractère interdit (NUL, demi-codet).")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth - 1)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)


class _StrictRequest(Request):
    async def json(self) -> Any:
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route whose body is read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request that reads strictly."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(_StrictRequest(request.scope, request.receive))

        return strict


def room_router(path: str = "", **options: Any) -> APIRouter:
    """The router of a room under ``/v1`` and its ``path``: every body strict."""
    return APIRouter(prefix=f"/v1{path}", route_class=StrictRoute, **options)
