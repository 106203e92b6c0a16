"""``kill -9`` of charging runs: the books end as those of a run that nothing disturbed.

``python -m tests.trials.charging --kills 60 --seed 1``: two clusters declare the same invoices,
credit notes and reversals. One is charged at one go; in the other, runs are killed at seeded
moments and begun again, two processes at a time. Prints a summary, exits 1 on any difference.
"""

import argparse
import asyncio
import sys
import time
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from rich.console import Console

from app.contributions import service as contributions
from app.contributions.domain import default_terms
from app.contributions.verify import check_accounts
from app.flows import runs
from app.infra import embedded
from app.infra.db import open_database, system_actor
from app.infra.db.connections import JOB
from app.infra.jobs import worker_connector
from app.schedule import schedule
from app.settings import Settings
from tests.conftest import ROOT, own_database, own_name
from tests.grappe import forks

out = Console(highlight=False, width=110)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MEMBERS, FLOWS, BATCH = 20, 3_000, 50
PATIENCE_SECONDS = 300

CLUSTER = """
INSERT INTO cluster (cluster_id, name, slug, zone, created_at)
VALUES (uuidv7(), 'Grappe', %s, 'Europe/Paris', now()) RETURNING cluster_id"""

FILL_MEMBERS = """
INSERT INTO member (cluster_id, id, name, siren, state, joined_on)
SELECT %(cluster)s, uuidv7(), 'Entreprise ' || n, lpad(n::text, 9, '0'), 'active', '2025-01-01'
FROM generate_series(1, %(members)s) n"""

DECLARE = """
WITH m AS (SELECT array_agg(id ORDER BY siren) AS ids FROM member WHERE cluster_id = %(cluster)s),
  declared AS (
    INSERT INTO exchange (cluster_id, id, nature, seller_id, buyer_id, partner_id, number, turn,
      corrects_id, recorded_at)
    SELECT %(cluster)s, uuidv7(), CASE WHEN of % 3 = 0 THEN 'co_contracting' ELSE 'business' END,
      m.ids[1 + of % {members}], CASE WHEN of % 3 > 0 THEN m.ids[1 + (of + 1) % {members}] END,
      CASE WHEN of % 3 = 0 THEN m.ids[1 + (of + 1) % {members}] END, given.number, 1, o.id, now()
    FROM unnest(%(numbers)s::text[], %(of)s::int[], %(original)s::text[]) AS given (number, of,
      original) CROSS JOIN m
    LEFT JOIN exchange o ON o.cluster_id = %(cluster)s AND o.number = given.original
    ORDER BY given.number RETURNING id, number)
INSERT INTO exchange_word (cluster_id, id, exchange_id, side, amount_cents, currency, invoiced_on,
  said_at, person_id)
SELECT %(cluster)s, uuidv7(), d.id, 'seller', cents, 'EUR', day, now(), %(cluster)s
FROM declared d JOIN unnest(%(numbers)s::text[], %(cents)s::bigint[], %(days)s::date[])
  AS given (number, cents, day) USING (number)""".replace("{members}", str(MEMBERS)).replace(
    " % ", " %% "
)

REVERSE = """
INSERT INTO exchange_reversal (cluster_id, id, exchange_id, reason, reversed_at, person_id)
SELECT cluster_id, uuidv7(), id, 'Erreur', %(now)s, cluster_id FROM exchange
WHERE cluster_id = %(cluster)s AND number = ANY(%(numbers)s)"""

CHARGED = """
SELECT e.number, f.kind, f.position, c.base_cents, c.bps, c.amount_cents, c.policy_version,
  c.due_on, c.evidence ->> 'amount_cents'
FROM charge c JOIN flow f ON f.cluster_id = c.cluster_id AND f.id = c.flow_id
LEFT JOIN exchange e ON e.cluster_id = c.cluster_id AND e.id = f.subject_id
WHERE c.cluster_id = %s ORDER BY 1, 2, 3, 4, 6"""

BOOKED = """
SELECT a.code, sum(amount_cents) FILTER (WHERE a.id = p.debit_account_id),
  sum(amount_cents) FILTER (WHERE a.id = p.credit_account_id), count(DISTINCT p.transaction_id)
FROM ledger_account a JOIN ledger_posting p ON p.cluster_id = a.cluster_id
  AND a.id IN (p.debit_account_id, p.credit_account_id)
WHERE a.cluster_id = %s GROUP BY a.code ORDER BY a.code"""


def charge(settings: Settings, cluster: UUID, run_id: UUID) -> None:
    """Carry a run to its end, as a worker does; in a process of its own."""

    async def act() -> None:
        async with open_database(settings.login_url(), role=JOB, size=2) as job:
            more = True
            while more:
                async with job.transaction() as session:
                    actor = await system_actor(session, cluster, NOW, "trial")
                    more = await runs.step(session, actor, run_id, size=BATCH)

    asyncio.run(act())


async def ask(settings: Settings, cluster: UUID, *, policies: bool = False) -> UUID:
    """Ask for a run of all that waits; the two versions of the policy before the first."""
    async with (
        open_database(settings.login_url(), role=JOB, size=1) as job,
        worker_connector(settings.login_url()) as queue,
    ):
        schedule(queue)
        if policies:
            early = NOW.replace(year=2025)
            for day in (date(2026, 1, 1), date(2026, 2, 1)):
                async with job.transaction() as session:
                    actor = await system_actor(session, cluster, early, "trial")
                    terms = default_terms()
                    await contributions.set_policy(session, actor, valid_from=day, terms=terms)
        async with job.transaction() as session:
            actor = await system_actor(session, cluster, NOW, "trial")
            return (await runs.ask_run(session, actor, NOW.date())).id


async def faults(settings: Settings, cluster: UUID) -> list[str]:
    """What the operator's check of charges against books finds."""
    async with (
        open_database(settings.owner_url(), role=None, size=1) as owner,
        owner.transaction() as session,
    ):
        return (await check_accounts(session, cluster, advance=lambda _: None)).shown


class Trial:
    """Two clusters with the same flows: one is left in peace, one is killed at."""

    def __init__(self, settings: Settings, random: Random) -> None:
        self.settings, self.random = settings, random
        self.database = psycopg.connect(settings.owner_url(), autocommit=True)
        self.peaceful, self.killed = (self._cluster(slug) for slug in ("calme", "tue"))
        self.kills = self.processes = 0

    def _cluster(self, slug: str) -> UUID:
        ((cluster,),) = self.database.execute(CLUSTER, (slug,)).fetchall()
        self._in(cluster, FILL_MEMBERS, members=MEMBERS)
        return UUID(str(cluster))

    def _in(self, cluster: UUID, statement: str, **values: Any) -> None:
        self.database.execute("SELECT set_config('app.cluster', %s, false)", (str(cluster),))
        self.database.execute(statement.encode(), {"cluster": cluster, **values})

    def declare(self, part: int) -> None:
        """A part of the flows, the same in both: invoices, credit notes on them, reversals."""
        first = part * FLOWS
        invoices = range(first, first + FLOWS)
        noted = self.random.sample(invoices, FLOWS // 10)
        of = [*invoices, *noted]
        numbers = [f"F{n:06}" for n in invoices] + [f"G{n:06}" for n in noted]
        self._both(
            DECLARE,
            numbers=numbers[:FLOWS],
            of=of[:FLOWS],
            original=[""] * FLOWS,
            cents=[100 + self.random.randrange(10**6) for _ in invoices],
            days=[date(2026, 1, 1) + timedelta(n % 60) for n in invoices],
        )
        self._both(
            DECLARE,
            numbers=numbers[FLOWS:],
            of=of[FLOWS:],
            original=[f"F{n:06}" for n in noted],
            cents=[-1 - self.random.randrange(10**6) for _ in noted],
            days=[date(2026, 3, 1)] * len(noted),
        )
        self.database.execute("ANALYZE exchange, exchange_word")

    def reverse(self, part: int) -> None:
        """Take back some invoices of a part that nothing corrects."""
        corrected = "SELECT number FROM exchange WHERE corrects_id IS NOT NULL"
        noted = {number[1:] for (number,) in self.database.execute(corrected.encode())}
        every = (f"{n:06}" for n in range(part * FLOWS, (part + 1) * FLOWS))
        free = [number for number in every if number not in noted]
        numbers = [f"F{number}" for number in self.random.sample(free, FLOWS // 20)]
        self._both(REVERSE, numbers=numbers, now=NOW)

    def _both(self, statement: str, **values: Any) -> None:
        for cluster in (self.peaceful, self.killed):
            self._in(cluster, statement, **values)

    def charge_both(self, kills: int, *, policies: bool) -> None:
        """Charge the peaceful one at one go, the other through so many kills."""
        run_id = asyncio.run(ask(self.settings, self.peaceful, policies=policies))
        began = time.monotonic()
        self._end(self._go(self.peaceful, run_id))
        lasts = time.monotonic() - began
        run_id = asyncio.run(ask(self.settings, self.killed, policies=policies))
        for _ in range(kills):
            pair = [self._go(self.killed, run_id) for _ in range(2)]
            # From before the first statement to after the last one.
            time.sleep(self.random.uniform(0, lasts / 2))
            for process in pair:
                process.kill()
                process.join(PATIENCE_SECONDS)
                self.kills += process.exitcode == -9
        for process in [self._go(self.killed, run_id) for _ in range(2)]:
            self._end(process)

    def _go(self, cluster: UUID, run_id: UUID) -> Any:
        process = forks.Process(target=charge, args=(self.settings, cluster, run_id))
        process.start()
        self.processes += 1
        return process

    def _end(self, process: Any) -> None:
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == 0, f"a run ended by itself, with {process.exitcode}"

    def check(self) -> None:
        """The same charges and the same books, and nothing for the operator to see."""
        for what in (CHARGED, BOOKED):
            ours, theirs = (
                self.database.execute(what.encode(), (cluster,)).fetchall()
                for cluster in (self.killed, self.peaceful)
            )
            assert theirs, "nothing was charged"
            assert ours == theirs, list(set(ours) ^ set(theirs))[:10]
        for cluster in (self.killed, self.peaceful):
            found = asyncio.run(faults(self.settings, cluster))
            assert found == [], found


def main() -> int:
    """Declare, kill, compare. The exit code: 0 when the books are the same, else 1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    base = Settings(data_dir=ROOT / ".grappe" / "trials", worker=False)
    with (
        embedded.database(base) as running,
        own_database(running, own_name("charging")) as settings,
    ):
        trial = Trial(settings, Random(asked.seed))
        try:
            for part in range(3):
                trial.declare(part)
                if part:
                    trial.reverse(part - 1)
                trial.charge_both(asked.kills // 6, policies=part == 0)
                trial.check()
        except AssertionError as failure:
            out.print(f"FAILED, seed {asked.seed}: {str(failure)[:2000]}", markup=False)
            return 1
        finally:
            trial.database.close()
    out.print(
        f"{3 * FLOWS:,} invoices with credit notes and reversals: {trial.kills} kills in"
        f" {trial.processes} processes, seed {asked.seed}, {time.monotonic() - began:.0f} s;"
        " the books are those of an undisturbed run"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
