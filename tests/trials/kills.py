"""``kill -9`` of importers at seeded points, beside sources that misbehave (trial 35).

``python -m tests.trials.kills --points 50 --seed 1``: at each point an import of one of the
sources is killed, then done again, and nothing may be lost nor doubled. Prints a summary, exits 1
on any failure.
"""

import argparse
import asyncio
import sys
import time
import traceback
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from rich.console import Console

from app.infra import embedded, jobs
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER
from app.schedule import schedule
from app.settings import Settings
from app.watch.service import Asking, import_source
from app.watch.service.runs import ABANDONED_AFTER
from tests.conftest import ROOT, own_database, own_name
from tests.grappe import forks
from tests.trials.stages import Bulletin, Feed, Flux, Folder, Ocds, Stage, Ted
from tests.watch.portal import CONTACT
from tests.world import NOW

out = Console(highlight=False, width=110)
PATIENCE_SECONDS = 300


async def _at_once(_seconds: float) -> None:
    """No wait: what is tried is not patience."""


def run_import(settings: Settings, source: str, at: datetime) -> None:
    """One import, in a process of its own."""

    async def act() -> None:
        schedule(jobs.queue)
        async with open_database(settings.login_url(), role=IMPORTER, size=2) as database:
            asking = Asking(database, contact=CONTACT, clock=lambda: at, sleep=_at_once)
            await import_source(asking, source, sole=True)

    asyncio.run(act())


class Trial:
    """The database, the stages, which one plays, and what is expected of them."""

    def __init__(self, settings: Settings, stages: list[Stage], random: Random) -> None:
        self.settings, self.stages, self.random = settings, stages, random
        self.kills = self.imports = 0
        self.at = NOW
        self.numbers = iter(range(100_000_000, 900_000_000))
        self.database = psycopg.connect(settings.owner_url(), autocommit=True)
        for stage in stages:
            self.sql(
                "INSERT INTO source (id, kind, catalogue, settings, enabled, base_url, window_days,"
                " pace_ms, cron) VALUES (%(id)s, %(kind)s, %(id)s, %(settings)s, false, %(url)s, 3,"
                " 0, '0 6 * * *') ON CONFLICT (id) DO UPDATE"
                " SET base_url = excluded.base_url, settings = excluded.settings, pace_ms = 0",
                {
                    "id": stage.source,
                    "kind": stage.kind,
                    "settings": Jsonb({**stage.settings, **stage.here()}),
                    "url": stage.url + stage.path,
                },
            )
        self.stage = stages[0]

    def play(self, stage: Stage) -> None:
        """This source and no other is on: two are doors to one bulletin."""
        self.stage = stage
        self.sql("UPDATE source SET enabled = false")
        self.sql("UPDATE source SET enabled = true WHERE id = %s", stage.source)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Rows, as the owner sees them; one dictionary stands for named values."""
        named = len(values) == 1 and isinstance(values[0], dict)
        cursor = self.database.execute(statement.encode(), values[0] if named else values)
        return cursor.fetchall() if cursor.description else []

    def go(self, after: int | None = None) -> None:
        """Import in a process, killed some time after so many requests."""
        self.imports += 1
        # A run of a file that was killed counts as dead after a while.
        self.at += ABANDONED_AFTER
        at = self.at if self.stage.kind == "folder" else NOW
        process = forks.Process(target=run_import, args=(self.settings, self.stage.source, at))
        self.stage.deadly = None
        process.start()
        if after is not None:
            self.stage.kill(process.kill, after)
        process.join(PATIENCE_SECONDS)
        self.stage.deadly = None
        self.kills += process.exitcode == -9
        if process.exitcode not in {0, -9}:
            raise AssertionError(f"the process ended by itself, with {process.exitcode}")

    def whole(self, kills: list[int]) -> None:
        """Import through these kills, until all is there: item by item, if the source is honest."""
        honest = not self.stage.badly
        for after in kills:
            self.go(after)
        last = "FROM import_run WHERE source = %s ORDER BY id DESC LIMIT 1"
        while True:
            self.go()
            if self.sql(f"SELECT state {last}", self.stage.source) == [("done",)]:
                break
            self.stage.be(self.stage.badly / 2)  # it recovers
        if honest:
            seen = self.sql(f"SELECT seen {last}", self.stage.source)
            assert seen == [(len(self.stage.notices) + 1,)], seen

    def check(self, versions: int) -> None:
        """Each notice is there once with its versions, announced as often, and counted right."""
        known = list(self.stage.notices)
        rows = self.sql(
            "SELECT n.source_id, n.version, count(v), min(v.version), max(v.version)"
            " FROM notice n LEFT JOIN notice_version v ON v.notice_id = n.id"
            " WHERE n.source_id = ANY(%s) GROUP BY n.id",
            known,
        )
        expected = {(one, versions, versions, 1, versions) for one in known}
        said = self.sql("SELECT source, reasons FROM import_run ORDER BY id DESC LIMIT 1")
        assert len(rows) == len(known), (len(rows), len(known), said)
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
        left = self.sql(
            "SELECT source, via, label, attempt FROM import_run WHERE state = 'running'"
        )
        assert left == [], left
        missing = "SELECT address FROM set_aside WHERE retried_at IS NULL"
        assert self.sql(f"{missing} AND address !~ '/(26-1[.]|1-2026/)'") == []

    def counted(self) -> tuple[int, int]:
        """New notices and new versions, over all runs."""
        sums = "SELECT coalesce(sum(new), 0), coalesce(sum(changed), 0) FROM import_run"
        ((new, changed),) = self.sql(sums)
        return new, changed

    def point(self, number: int) -> None:
        """One kill of an import, and one of the import of what has changed since."""
        self.play(self.stages[number % len(self.stages)])
        count = self.random.choice(self.stage.counts)
        numbers = list(islice(self.numbers, count))
        before = self.counted()
        for version, title in enumerate((f"Lutrins {number}", f"Pupitres {number}"), 1):
            self.stage.publish(numbers, title)
            self.stage.be(self.random.choice([0.0, 0.3]))
            self.whole([self.random.randint(1, self.stage.lasts(count))])
            self.stage.be(0.0)
            self.whole([])  # as its next hour does
            self.check(version)
        after = self.counted()
        assert (after[0] - before[0], after[1] - before[1]) == (count, count), (before, after)

    def crowd(self, count: int) -> None:
        """A day that is more than the API pages through, imported through a kill every so often."""
        self.play(next(stage for stage in self.stages if stage.kind == "boamp"))
        self.stage.publish(list(islice(self.numbers, count)), "Foule")
        self.stage.be(0.02)
        self.whole([self.random.randint(1, 30) for _ in range(min(8, count // 150))])
        self.stage.be(0.0)
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
        ExitStack() as stack,
    ):
        inbox = Path(stack.enter_context(TemporaryDirectory()))
        played = [one(random) for one in (Bulletin, Flux, Ted, Ocds, Feed)]
        stages = [stack.enter_context(one) for one in (*played, Folder(random, inbox))]
        trial = Trial(settings, stages, random)
        try:
            for number in range(asked.points):
                trial.point(number)
            trial.crowd(asked.crowd)
        except AssertionError as failure:
            where = traceback.extract_tb(failure.__traceback__)[-1]
            said = f"{where.line} {failure}"[:2000]
            out.print(f"FAILED, seed {asked.seed}: {said}", markup=False)
            return 1
        finally:
            trial.database.close()
        requests = sum(one.requests for one in stages)
        out.print(
            f"{asked.points} points over {len(stages)} sources and a day of {asked.crowd:,}:"
            f" {trial.kills} kills in {trial.imports} imports, {requests:,} requests,"
            f" seed {asked.seed}, {time.monotonic() - began:.0f} s; nothing lost, nothing doubled"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
