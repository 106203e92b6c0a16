"""Strict JSON (RFC 8259, RFC 7493): what Python reads too kindly is refused before any rule.

NaN and Infinity, duplicate keys, NUL and lone surrogates (PostgreSQL stores neither), other
encodings than UTF-8, depths that exhaust the stack, and crowds that make a fault each.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.params import Form
from fastapi.routing import APIRoute

from app.kernel.errors import AppError
from app.kernel.scopes import READING

MAX_DEPTH = 32
MAX_DIGITS = 30
MAX_KEYS = 200
"""Keys of one object."""
MAX_VALUES = 20_000
"""Values and keys of one body."""


class BadJson(AppError):
    """The body is no JSON that every program would read alike."""

    code = "bad_json"
    title = "Le corps de la demande n'est pas du JSON acceptable."


class UnsupportedMediaType(AppError):
    """The body is said to be something else than JSON (RFC 9110, 15.5.16)."""

    status, code = 415, "unsupported_media_type"
    title = "Le corps de la demande doit être du JSON (application/json)."


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
    if _check(value, MAX_DEPTH) > MAX_VALUES:
        raise BadJson(f"Plus de {MAX_VALUES} valeurs.")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise BadJson(f"Un objet a plus de {MAX_KEYS} clés.")
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


def _check(value: Any, depth: int) -> int:
    """How many values and keys there are; raises BadJson."""
    if depth == 0:
        raise BadJson("Trop de niveaux imbriqués.")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise BadJson("Un texte contient un caractère interdit (NUL, demi-codet).")
    elif isinstance(value, dict):
        return 1 + sum(_check(part, depth - 1) for pair in value.items() for part in pair)
    elif isinstance(value, list):
        return 1 + sum(_check(item, depth - 1) for item in value)
    return 1


class _StrictRequest(Request):
    async def json(self) -> Any:
        return read_json(await self.body())


def _is_json(request: Request) -> bool:
    kind, _, _ = request.headers.get("content-type", "").partition(";")
    return kind.strip().lower() == "application/json"


class StrictRoute(APIRoute):
    """A route whose body is read strictly, and whole before anything else is done."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request that reads strictly."""
        handler = super().get_route_handler()
        json_expected = self.body_field is not None and not isinstance(
            self.body_field.field_info, Form
        )

        async def strict(given: Request) -> Response:
            request = _StrictRequest(given.scope, given.receive)
            # Read before any dependency asks for it: a body that drips must not hold a
            # connection of the database.
            if await request.body() and json_expected and not _is_json(request):
                raise UnsupportedMediaType
            return await handler(request)

        return handler if (self.methods or set()) <= READING else strict


def room_router(
    path: str = "", *, route_class: type[APIRoute] = StrictRoute, **options: Any
) -> APIRouter:
    """The router of a room under ``/v1`` and its ``path``: every body strict, but for files."""
    return APIRouter(prefix=f"/v1{path}", route_class=route_class, **options)
