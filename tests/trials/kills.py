"""``kill -9`` of importers at seeded points, beside a source that misbehaves (trial 35).

``python -m tests.trials.kills --points 50 --seed 1``: at each point an import is killed, then done
again, and nothing may be lost nor doubled. Prints a summary, exits 1 on any failure.
"""

import argparse
import asyncio
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import Any

import psycopg
from rich.console import Console

from app.infra import embedded, jobs
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER
from app.schedule import schedule
from app.settings import Settings
from app.watch.service import Asking, import_source
from tests.conftest import ROOT, own_database, own_name
from tests.grappe import forks
from tests.watch.notices import slim
from tests.watch.portal import CONTACT, Answer, Portal
from tests.world import NOW

out = Console(highlight=False, width=110)
DAY = NOW.date().isoformat()
LONGEST_MS = 120
"""After the answer that a kill follows: a page takes less to be read and stored."""
PATIENCE_SECONDS = 300


class Hostile(Portal):
    """A portal that answers badly now and then, and is asked by somebody who gets killed."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.badly = 0.0
        self.last = Answer()
        self.deadly: tuple[int, Callable[[], None]] | None = None
        self._turn = threading.Lock()

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request; at the deadly one, the kill comes a moment later."""
        with self._turn:
            if self.deadly and len(self.asked) + 1 == self.deadly[0]:
                threading.Timer(self.random.random() * LONGEST_MS / 1000, self.deadly[1]).start()
        super().reply(handler)

    def _page(self, query: dict[str, str]) -> Answer:
        good = super()._page(query)
        if self.random.random() >= self.badly:
            self.last = good
            return good
        cut = good.body[: len(good.body) * self.random.randrange(100) // 100]
        whole = {"content-length": str(len(good.body))}
        return self.random.choice(
            [
                Answer(429, headers={"retry-after": "0"}),
                Answer(429),
                Answer(500),
                Answer(200, b"<!doctype html><p>Maintenance", {"content-type": "text/html"}),
                Answer(200, b""),
                Answer(200, cut),
                Answer(200, cut, whole),
                self.last,  # a page that comes twice, and so another that is lost
                Answer(200, b'{"total_count": 1, "results": [null, 7, {"idweb": "?"}]}'),
            ]
        )


async def _at_once(_seconds: float) -> None:
    """No wait: what is tried is not patience."""


def run_import(settings: Settings) -> None:
    """One import, in a process of its own."""

    async def act() -> None:
        schedule(jobs.queue)
        async with open_database(settings.login_url(), role=IMPORTER, size=2) as database:
            asking = Asking(database, contact=CONTACT, clock=lambda: NOW, sleep=_at_once)
            await import_source(asking, "boamp", sole=True)

    asyncio.run(act())


class Trial:
    """The database, the portal, and what is expected of them."""

    def __init__(self, settings: Settings, portal: Hostile, random: Random) -> None:
        self.settings, self.portal, self.random = settings, portal, random
        self.kills = self.imports = 0
        self.numbers = iter(range(100_000_000, 900_000_000))
        self.database = psycopg.connect(settings.owner_url(), autocommit=True)
        self.sql(
            "UPDATE source SET enabled = true, base_url = %s, pace_ms = 0 WHERE id = 'boamp'",
            portal.url,
        )

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Rows, as the owner sees them."""
        cursor = self.database.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def publish(self, count: int, title: str) -> None:
        """So many notices of today, and among them one that cannot be read."""
        fresh = [slim(f"26-{next(self.numbers)}", title, dateparution=DAY) for _ in range(count)]
        self.portal.records = [*fresh, {"idweb": "26-?", "dateparution": DAY}]

    def go(self, target: Callable[[Settings], None], after: int | None = None) -> bool:
        """Run this in a process, killed some time after so many requests; whether it lived."""
        process = forks.Process(target=target, args=(self.settings,))
        self.portal.deadly = None
        if after is not None:
            self.portal.deadly = (len(self.portal.asked) + after, process.kill)
        process.start()
        process.join(PATIENCE_SECONDS)
        self.portal.deadly = None
        lived = process.exitcode == 0
        self.kills += process.exitcode == -9
        if process.exitcode not in {0, -9}:
            raise AssertionError(f"the process ended by itself, with {process.exitcode}")
        return lived

    def whole(self, kills: list[int]) -> None:
        """Import through these kills, until all is there: item by item, if the source is honest."""
        honest = not self.portal.badly
        for after in kills:
            self.imports += 1
            self.go(run_import, after)
        while True:
            self.imports += 1
            self.go(run_import)
            if self.sql("SELECT state FROM import_run ORDER BY id DESC LIMIT 1") == [("done",)]:
                break
            self.portal.badly /= 2  # it recovers
        if honest:
            seen = self.sql("SELECT seen FROM import_run ORDER BY id DESC LIMIT 1")
            assert seen == [(len(self.portal.records),)], seen

    def check(self, versions: int) -> None:
        """Each notice is there once with its versions, announced as often, and counted right."""
        known = [one["idweb"] for one in self.portal.records if one["idweb"] != "26-?"]
        rows = self.sql(
            "SELECT n.source_id, n.version, count(v), min(v.version), max(v.version)"
            " FROM notice n LEFT JOIN notice_version v ON v.notice_id = n.id"
            " WHERE n.source_id = ANY(%s) GROUP BY n.id",
            known,
        )
        expected = {(one, versions, versions, 1, versions) for one in known}
        assert len(rows) == len(known), (len(rows), len(known))
        assert set(rows) == expected, set(rows) ^ expected
        told = self.sql(
            "SELECT count(*), count(DISTINCT told.id) FROM (SELECT jsonb_array_elements_text("
            " args -> 'notice_ids') AS id FROM procrastinate_jobs"
            " WHERE task_name LIKE '%%match_notices') AS told JOIN notice n ON n.id::text = told.id"
            " WHERE n.source_id = ANY(%s)",
            known,
        )
        assert told == [(versions * len(known), len(known))], told
        orphans = "SELECT count(*) FROM notice_version v WHERE NOT EXISTS (SELECT FROM notice n"
        assert self.sql(f"{orphans} WHERE n.id = v.notice_id)") == [(0,)]
        wrong = "SELECT id FROM import_run WHERE seen <> new + changed + same + set_aside OR"
        wrong += " set_aside <> (SELECT count(*) FROM set_aside s WHERE s.run_id = import_run.id)"
        assert self.sql(wrong) == []
        assert self.sql("SELECT id FROM import_run WHERE state = 'running'") == []

    def counted(self) -> tuple[int, int]:
        """New notices and new versions, over all runs."""
        sums = "SELECT coalesce(sum(new), 0), coalesce(sum(changed), 0) FROM import_run"
        ((new, changed),) = self.sql(sums)
        return new, changed

    def point(self, number: int) -> None:
        """One kill of an import, and one of the import of what has changed since."""
        count = self.random.choice([1, 99, 100, 250, 430])
        self.publish(count, f"Lutrins {number}")
        before = self.counted()
        # Four days are asked for, and three of them are empty.
        for version in (1, 2):
            self.portal.badly = self.random.choice([0.0, 0.3])
            self.whole([self.random.randint(1, count // 100 + 4)])
            self.portal.badly = 0.0
            self.whole([])  # as its next hour does
            self.check(version)
            for one in self.portal.records:
                if "objet" in one:
                    one["objet"] = f"Pupitres {number}"
        after = self.counted()
        assert (after[0] - before[0], after[1] - before[1]) == (count, count), (before, after)

    def crowd(self, count: int) -> None:
        """A day that is more than the API pages through, imported through a kill every so often."""
        self.publish(count, "Foule")
        self.portal.badly = 0.02
        self.whole([self.random.randint(1, 30) for _ in range(8)])
        self.portal.badly = 0.0
        self.whole([])
        self.check(1)


def main() -> int:
    """Kill, import, look. The exit code: 0 when nothing was lost nor doubled, else 1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--crowd", type=int, default=10_300, help="notices of one day")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    random, began = Random(asked.seed), time.monotonic()
    base = Settings(data_dir=ROOT / ".grappe" / "trials", worker=False)
    with (
        embedded.database(base) as running,
        own_database(running, own_name("kills")) as settings,
        Hostile(random) as portal,
    ):
        trial = Trial(settings, portal, random)
        try:
            for number in range(asked.points):
                trial.point(number)
            trial.crowd(asked.crowd)
        except AssertionError as failure:
            out.print(f"FAILED, seed {asked.seed}: {str(failure)[:2000]}", markup=False)
            return 1
        finally:
            trial.database.close()
        out.print(
            f"{asked.points} points and a day of {asked.crowd:,}: {trial.kills} kills in"
            f" {trial.imports} imports, {len(portal.asked):,} requests, seed {asked.seed},"
            f" {time.monotonic() - began:.0f} s; nothing lost, nothing doubled"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
