"""The bulletin's portal as a process of its own: the recorded answers of as many notices as asked.

``python -m bench.bulletin PORT COUNT``. Answers have the shape of the API's; the records are the
real ones beside the project, else the tests' own, under ids of their own and with real titles.
"""

import asyncio
import gzip
import json
import re
import sys
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from tests.watch.boamp_samples import GOOD

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FIRST_DAY = date(2024, 1, 1)
A_DAY = 1_000
"""Notices on each day: more than the bulletin has, so that pages and not days are what counts."""

_DAY = re.compile(r">= date'([0-9-]{10})'")


def titles() -> list[str]:
    """Real titles where there are some, else those of the tests' records."""
    path = DATA / "boamp_responses" / "boamp_slim_10000_2017-2024.json.gz"
    if not path.exists():
        return [str(record["objet"]) for record in GOOD.values()]
    with gzip.open(path) as packed:
        found = json.load(packed)
    listed = found["results"] if isinstance(found, dict) else found
    return [str(record["objet"]) for record in listed]


def templates() -> list[str]:
    """Whole records as JSON, with marks where each notice has its own."""
    paths = sorted((DATA / "boamp").glob("*.json"))
    known = [_record(json.loads(path.read_text())) for path in paths] or list(GOOD.values())
    return [_template(record) for record in known if record.get("donnees")]


def _record(content: dict[str, object]) -> dict[str, object]:
    results = content.get("results")
    return results[0] if isinstance(results, list) else content


def _template(record: dict[str, object]) -> str:
    """No two notices are of one procedure, nor follow another: that is not what is measured."""
    procedure = record.get("contractfolderid")
    text = json.dumps(record | {"idweb": "@ID@", "objet": "@TITLE@", "annonce_lie": []})
    if isinstance(procedure, str) and procedure:
        text = text.replace(procedure, "@PROCEDURE@")
    day = record.get("dateparution")
    return re.sub(rf'"dateparution": "{day}"', '"dateparution": "@DAY@"', text)


class Bulletin:
    """Makes the pages."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._templates = templates()
        self._titles = [json.dumps(title)[1:-1] for title in titles()]

    def record(self, number: int) -> str:
        """The record with this number, from 0."""
        text = self._templates[number % len(self._templates)]
        for mark, value in (
            ("@ID@", f"26-{number + 1_000_000}"),
            ("@TITLE@", self._titles[number % len(self._titles)]),
            ("@DAY@", str(FIRST_DAY + timedelta(days=number // A_DAY))),
            ("@PROCEDURE@", str(UUID(int=number + (1 << 100)))),
        ):
            text = text.replace(mark, value)
        return text

    def page(self, query: dict[str, str]) -> str:
        """What the API answers to a query of one day."""
        found = _DAY.search(query["where"])
        day = date.fromisoformat(found.group(1)) if found else FIRST_DAY
        start = (day - FIRST_DAY).days * A_DAY
        total = max(0, min(A_DAY, self._count - start))
        offset, limit = int(query["offset"]), int(query["limit"])
        numbers = range(start + offset, start + min(total, offset + limit))
        records = ",".join(self.record(number) for number in numbers)
        return f'{{"total_count": {total}, "results": [{records}]}}'

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode()
                query = {
                    name: values[0] for name, values in parse_qs(urlsplit(target).query).items()
                }
                body = self.page(query).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                    b"content-length: %d\r\n\r\n" % len(body) + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionResetError):
            pass
        finally:
            writer.close()


async def main(port: int, count: int) -> None:
    """Serve until the end of the process."""
    bulletin = Bulletin(count)
    server = await asyncio.start_server(bulletin.serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
