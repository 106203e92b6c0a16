"""Asks for everything that one can GET, with every id that one comes upon, until nothing is new."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from httpx import AsyncClient

from tests.access.document import Operation, id_prefix, operations
from tests.access.ids import ID, OF_THE_INSTALLATION, told
from tests.test_openapi import document

AT_MOST = dict.fromkeys(OF_THE_INSTALLATION, 2)
"""Ids followed, by prefix: what other tests imported is nobody's secret."""
FORMATS = ("text/csv", "text/calendar", "application/atom+xml", "application/pdf")
PAGES_AT_MOST = 4

Asked = tuple[str, str, tuple[tuple[str, str], ...], str]
"""An operation's id, the path, the query, and the Accept header: what a crawl asked."""
Told = tuple[int, list[tuple[str, str]], str]


@dataclass
class Crawler:
    """``words`` are tried as values of every text parameter; ``known`` are ids by prefix."""

    client: AsyncClient
    token: str | None
    words: tuple[str, ...] = ()
    known: dict[str, dict[str, None]] = field(default_factory=dict)
    answers: dict[Asked, Told] = field(default_factory=dict)

    def learn(self, text: str) -> None:
        """Keep every id that stands in a text."""
        for found in ID.finditer(text):
            held = self.known.setdefault(found[1], {})
            if len(held) < AT_MOST.get(found[1], 1_000):
                held[found[0]] = None

    async def crawl(self) -> "Crawler":
        """Ask until no answer brings a new id."""
        before = -1
        while before != len(self.answers):
            before = len(self.answers)
            for operation in operations().values():
                if operation.method == "GET":
                    for path in list(self._paths(operation)):
                        await self._ask_about(operation, path)
        return self

    async def repeat(self, *names: str) -> dict[Asked, Told]:
        """Ask all the same again, or the operations of these names alone."""
        wanted = [asked for asked in self.answers if not names or asked[0] in names]
        return {asked: await self._get(asked) for asked in wanted}

    def text(self) -> str:
        """All that was told."""
        return "\n".join(f"{headers} {body}" for _, headers, body in self.answers.values())

    def _paths(self, operation: Operation) -> Iterator[str]:
        names = operation.takes("path")
        choices = [self._values(schema) for schema in names.values()]
        for values in product(*choices):
            yield operation.path.format(**dict(zip(names, values, strict=True)))

    async def _ask_about(self, operation: Operation, path: str) -> None:
        plain: Asked = (operation.id, path, (), "")
        if plain in self.answers and not self._filters_by_id(operation):
            return
        status, _, _ = await self._ask(plain)
        if status >= 400:
            return
        for accept in {*FORMATS[:1], *(operation.media_types & set(FORMATS))}:
            await self._ask((operation.id, path, (), accept))
        for name, schema in operation.takes("query").items():
            if name != "cursor":
                for value in self._values(schema):
                    await self._follow(operation.id, path, ((name, value),))

    def _filters_by_id(self, operation: Operation) -> bool:
        return any(id_prefix(schema) for schema in operation.takes("query").values())

    async def _follow(self, name: str, path: str, query: tuple[tuple[str, str], ...]) -> None:
        asked: Asked = (name, path, query, "")
        for _ in range(PAGES_AT_MOST):
            _, _, body = await self._ask(asked)
            _, _, following = body.rpartition('"next_cursor":"')
            if '"next_cursor":"' not in body:
                return
            cursor = following.partition('"')[0]
            asked = (name, path, (*query, ("cursor", cursor)), "")

    async def _ask(self, asked: Asked) -> Told:
        if asked not in self.answers:
            self.answers[asked] = await self._get(asked)
            _, headers, body = self.answers[asked]
            self.learn(f"{headers} {body}")
        return self.answers[asked]

    async def _get(self, asked: Asked) -> Told:
        _, path, query, accept = asked
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if accept:
            headers["Accept"] = accept
        return told(await self.client.get(path, params=list(query), headers=headers))

    def _values(self, schema: dict[str, Any]) -> list[str]:
        return list(dict.fromkeys(self._offered(schema)))

    def _offered(self, schema: dict[str, Any]) -> Iterable[str]:
        if "$ref" in schema:
            yield from self._offered(document()["components"]["schemas"][schema["$ref"][21:]])
        for one in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
            yield from self._offered(one)
        prefix = id_prefix(schema)
        kind = schema.get("type")
        if prefix:
            yield from list(self.known.get(prefix, ()))
        elif "enum" in schema or "const" in schema:
            yield from map(str, schema.get("enum", [schema.get("const")]))
        elif kind == "boolean":
            yield from ("true", "false")
        elif kind == "integer":
            yield from ("1", "100")
        elif kind == "array":
            yield from self._offered(schema["items"])
        elif kind == "string":
            days = {"date": ("2026-03-02",), "date-time": ("2026-03-02T09:00:00Z",)}
            yield from days.get(schema.get("format", ""), self.words)
