"""Charging invoices between members by a run, as a share of set-based SQL that writes the same.

The floor knows the rates and the accounts, and writes flows, charges with their evidence, and the
books in one transaction: what somebody writes by hand who trusts the data. Ours looks for what is
due, prices it by the policy of each day, and stops at a checkpoint every few thousand.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from statistics import median
from typing import Any
from uuid import UUID

import psycopg

from app.contributions import service as contributions
from app.contributions.domain import PolicyTerms, default_terms
from app.flows import runs
from app.infra.db import open_database, system_actor
from app.infra.db.connections import JOB
from app.infra.jobs import worker_connector
from app.schedule import schedule
from bench import data
from bench.memory import BYTES_PER_MB, KILOBYTES_PER_MB

DATABASE = "bench_charging"
FLOWS = 1_000_000
ROUNDS = 5
"""Parts of the flows, each charged by both sides in turn: what drifts falls on both."""
MEMBERS = 50
REQUIRED_SHARE = 0.5
MEMORY_MB = 300
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST, CHANGE = date(2026, 1, 1), date(2026, 2, 1)
"""From which days on the two versions of the policy are in force."""
RATES = {"co_contracting": (400, 400), "business": (300, 350)}
"""Three rates, before and after the change, in basis points."""

CLUSTER = """
INSERT INTO cluster (cluster_id, name, slug, zone, created_at)
VALUES (uuidv7(), 'Grappe', %s, 'Europe/Paris', now()) RETURNING cluster_id"""

FILL_MEMBERS = """
INSERT INTO member (cluster_id, id, name, siren, state, joined_on)
SELECT %s, uuidv7(), 'Entreprise ' || n, lpad(n::text, 9, '0'), 'active', '2025-01-01'
FROM generate_series(1, %s) n"""

FILL = """
WITH m AS MATERIALIZED (SELECT array_agg(id ORDER BY siren) AS ids, count(*)::int AS many
    FROM member WHERE cluster_id = %(cluster)s),
  one AS MATERIALIZED (
    SELECT uuidv7() AS id, n, n %% 2 = 0 AS business, m.ids[1 + n %% m.many] AS seller_id,
      m.ids[1 + (n + 1) %% m.many] AS other_id
    FROM generate_series(%(since)s::int, %(until)s::int) n, m),
  declared AS (
    INSERT INTO exchange (cluster_id, id, nature, seller_id, buyer_id, partner_id, number, turn,
      recorded_at)
    SELECT %(cluster)s, id, CASE WHEN business THEN 'business' ELSE 'co_contracting' END,
      seller_id, CASE WHEN business THEN other_id END, CASE WHEN NOT business THEN other_id END,
      'F' || n, 1, now() FROM one)
INSERT INTO exchange_word (cluster_id, id, exchange_id, side, amount_cents, currency, invoiced_on,
  said_at, person_id)
SELECT %(cluster)s, uuidv7(), id, 'seller', 100 + n, 'EUR', date '2026-01-01' + n %% 60, now(),
  %(cluster)s FROM one"""

_BPS = "CASE WHEN e.nature = 'co_contracting' THEN {} WHEN s.invoiced_on < '{}' THEN {} ELSE {} END"
_RATE = _BPS.format(RATES["co_contracting"][0], CHANGE, *RATES["business"])

FLOOR = (
    f"""
CREATE TEMP TABLE due AS
SELECT e.id, e.seller_id, e.nature, s.amount_cents AS base, {_RATE} AS bps,
  s.invoiced_on AS day, s.invoiced_on >= '{CHANGE}' AS later, uuidv7() AS c, uuidv7() AS t,
  'invoice:flo_' || replace(e.id::text, '-', '') AS key,
  (s.amount_cents * {_RATE} + 5000) / 10000 AS amount
FROM exchange e JOIN exchange_word s ON s.cluster_id = e.cluster_id AND s.exchange_id = e.id
WHERE e.cluster_id = %(cluster)s AND e.id > %(after)s""",
    """
INSERT INTO flow (cluster_id, id, key, kind, nature, position, subject_id, member_id, base_cents,
  currency, occurred_on, recorded_at)
SELECT %(cluster)s, id, key, 'invoice', nature, 1, id, seller_id, base, 'EUR', day, now()
FROM due""",
    """
INSERT INTO charge (cluster_id, id, flow_id, member_id, base_cents, bps, amount_cents, currency,
  policy_id, policy_version, due_on, charged_at, evidence)
SELECT %(cluster)s, d.c, d.id, d.seller_id, d.base, d.bps, d.amount, 'EUR', p.id, p.version, d.day,
  now(), jsonb_build_object('trigger', 'invoice', 'source', d.key, 'occurred_on', d.day,
    'flow_base_cents', d.base, 'base_cents', d.base, 'bps', d.bps, 'policy_version', p.version,
    'rounding', 'half_up_per_line', 'amount_cents', d.amount, 'ledger_reference', d.key)
FROM due d JOIN policy p ON p.cluster_id = %(cluster)s AND p.version = 1 + d.later::int""",
    """
INSERT INTO ledger_account (cluster_id, id, code, name, member_id)
SELECT %(cluster)s, uuidv7(), '411' || siren, name, id FROM member WHERE cluster_id = %(cluster)s
UNION ALL SELECT %(cluster)s, uuidv7(), '706', 'Prestations', NULL ON CONFLICT DO NOTHING""",
    """
INSERT INTO ledger_transaction (cluster_id, id, journal, reference, occurred_on, booked_on,
  posted_at, memo)
SELECT %(cluster)s, t, 'VE', key, day, day, now(), 'Contribution sur facture' FROM due""",
    """
INSERT INTO ledger_posting (cluster_id, id, transaction_id, debit_account_id, credit_account_id,
  amount_cents, currency)
SELECT %(cluster)s, uuidv7(), d.t, a.id, r.id, d.amount, 'EUR'
FROM due d JOIN ledger_account a ON a.cluster_id = %(cluster)s AND a.member_id = d.seller_id
JOIN ledger_account r ON r.cluster_id = %(cluster)s AND r.code = '706'""",
    "DROP TABLE due",
)
"""The same rows by hand; every amount is above zero."""

SAME = """
SELECT (SELECT count(*) FROM flow WHERE cluster_id = %(cluster)s),
  (SELECT count(*) FROM ledger_transaction WHERE cluster_id = %(cluster)s),
  (SELECT count(*) FROM ledger_posting WHERE cluster_id = %(cluster)s),
  (SELECT sum(amount_cents) FROM ledger_posting WHERE cluster_id = %(cluster)s),
  (SELECT sum(amount_cents) FROM charge WHERE cluster_id = %(cluster)s)"""
"""What both sides have written."""

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Charging:
    """What a run reached: its pace over the floor's, and its memory at its peak."""

    rounds: tuple[float, ...]
    peak_mb: float

    @property
    def share(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    @property
    def passed(self) -> bool:
        """Whether both bounds hold."""
        return self.share >= REQUIRED_SHARE and self.peak_mb < MEMORY_MB


def measure(
    superuser_url: str,
    owner_url: str,
    login_url: str,
    environment: Mapping[str, str],
    flows: int = FLOWS,
) -> Charging:
    """Charge so many flows, part by part, each beside the floor on a cluster of its own."""
    owner, login = data.at(owner_url, DATABASE), data.at(login_url, DATABASE)
    data.renew(superuser_url, owner, login)
    shares, peak = [], 0.0
    with psycopg.connect(owner, autocommit=True) as connection:
        ours, theirs = (_cluster(connection, slug) for slug in ("ours", "theirs"))
        asyncio.run(_set_policies(login, (ours, theirs)))
        for number in range(ROUNDS):
            part = flows // ROUNDS
            reached = {
                cluster: _fill(connection, cluster, number, part) for cluster in (ours, theirs)
            }
            seconds, used = _run(login, ours, environment)
            peak = max(peak, used)
            shares.append(_by_hand(connection, theirs, reached[theirs]) / seconds)
        written = [_written(connection, cluster) for cluster in (ours, theirs)]
    if written[0] != written[1] or written[0][0] != flows:
        raise RuntimeError(f"the run and the floor wrote other things: {written}")
    return Charging(tuple(shares), peak)


def _cluster(connection: Connection, slug: str) -> UUID:
    found = connection.execute(CLUSTER, (slug,)).fetchone()
    if found is None:
        raise RuntimeError("no cluster was made")
    connection.execute("SELECT set_config('app.cluster', %s, false)", (str(found[0]),))
    connection.execute(FILL_MEMBERS, (found[0], MEMBERS))
    return UUID(str(found[0]))


async def _set_policies(login_url: str, clusters: tuple[UUID, ...]) -> None:
    async with open_database(login_url, role=JOB, size=1) as job:
        for cluster in clusters:
            async with job.transaction() as session:
                actor = await system_actor(session, cluster, NOW.replace(month=1, day=1), "bench")
                for version, day in enumerate((FIRST, CHANGE)):
                    terms = _terms(version)
                    await contributions.set_policy(session, actor, valid_from=day, terms=terms)


def _terms(version: int) -> PolicyTerms:
    usual = default_terms()
    return replace(
        usual,
        rates=tuple(
            replace(rate, bps=RATES[rate.nature][version]) if rate.nature in RATES else rate
            for rate in usual.rates
        ),
    )


def _fill(connection: Connection, cluster: UUID, number: int, part: int) -> UUID:
    """Declare a part of the flows; the id after which it begins."""
    connection.execute("SELECT set_config('app.cluster', %s, false)", (str(cluster),))
    last = connection.execute(
        "SELECT id FROM exchange WHERE cluster_id = %s ORDER BY id DESC LIMIT 1", (cluster,)
    ).fetchone()
    span = {"cluster": cluster, "since": number * part + 1, "until": (number + 1) * part}
    connection.execute(FILL, span)
    connection.execute("VACUUM (ANALYZE) exchange, exchange_word")
    return UUID(str(last[0])) if last else UUID(int=0)


def _run(login_url: str, cluster: UUID, environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of a run in a process of its own, and that process's peak in MB."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.charging", str(cluster)],
        env={**os.environ, **environment, "BENCH_LOGIN_URL": login_url},
        stdout=subprocess.PIPE,
        text=True,
    )
    told = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"the run left with {process.returncode}")
    unit = BYTES_PER_MB if sys.platform == "darwin" else KILOBYTES_PER_MB
    return float(told), used.ru_maxrss / unit


def _by_hand(connection: Connection, cluster: UUID, after: UUID) -> float:
    began = time.perf_counter()
    with connection.transaction():
        connection.execute("SELECT set_config('app.cluster', %s, true)", (str(cluster),))
        cursor = psycopg.ClientCursor(connection)
        for statement in FLOOR:
            cursor.execute(statement.encode(), {"cluster": cluster, "after": after})
    return time.perf_counter() - began


def _written(connection: Connection, cluster: UUID) -> tuple[Any, ...]:
    found = connection.execute(SAME, {"cluster": cluster}).fetchone()
    return found or ()


async def charge(login_url: str, cluster: UUID) -> float:
    """Ask for a run and carry it to its end, as a worker does; the seconds that it took."""
    async with (
        open_database(login_url, role=JOB, size=2) as job,
        worker_connector(login_url) as queue,
    ):
        schedule(queue)
        async with job.transaction() as session:
            actor = await system_actor(session, cluster, NOW, "bench")
            run = await runs.ask_run(session, actor, NOW.date())
        began = time.perf_counter()
        more = True
        while more:
            async with job.transaction() as session:
                actor = await system_actor(session, cluster, NOW, "bench")
                more = await runs.step(session, actor, run.id)
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(charge(os.environ["BENCH_LOGIN_URL"], UUID(sys.argv[1])))))
