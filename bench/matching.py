"""Matching: 1,000 new notices against 10,000 saved searches, as a share of their import.

Words are those of real titles. Searches are as people write them: two words of one title in most,
alternatives, phrases, exclusions, codes, places; a few so wide that they match by the dozen.
"""

import asyncio
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER, JOB
from app.infra.jobs import queue
from app.schedule import schedule
from app.searches import service as searches
from app.searches.domain import Criteria, TooCommon
from app.searches.service.compiling import columns_of, frequency_of, stems_of, terms_of
from app.watch.service import import_records
from app.watch.service.prepare import BATCH_ITEMS
from bench import data
from bench.memory import FILE

DATABASE = "bench_matching"
SEARCHES = 10_000
CLUSTERS = 200
KNOWN = 4_000
"""Notices that are there before, so that PostgreSQL knows which words are rare."""
ARRIVING = 1_000
ROUNDS = 3
"""As many notices arrive in each; the middle share counts, and the longest time."""
MOST_SECONDS = 10
MOST_OF_IMPORT = 1.0
SPARE = 50
SEED = 20
COMMON = 0.01
"""Share of the titles from which on a word is nobody's trade."""
OF_ANY_WORDS = 0.05
"""Share of the searches that take common words all the same."""
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

CLUSTER = """
INSERT INTO cluster (cluster_id, name, slug, zone, created_at)
SELECT uuidv7(), 'Grappe ' || n, 'matching-' || n, 'Europe/Paris', now()
FROM generate_series(1, %s) n RETURNING cluster_id
"""


@dataclass(frozen=True, slots=True)
class Matched:
    """What matching took, of the time that the import of the same notices took."""

    shares: tuple[float, ...] = ()
    seconds: float = 0
    matches: int = 0
    remark: str = ""

    @property
    def middle(self) -> float | None:
        """The median of the rounds; None when nothing was measured."""
        return median(self.shares) if self.shares else None

    @property
    def passed(self) -> bool:
        """Whether both bounds hold; what was not measured is said, and not held."""
        middle = self.middle
        return middle is None or (middle <= MOST_OF_IMPORT and self.seconds <= MOST_SECONDS)


def measure(superuser_url: str, owner_url: str, login_url: str) -> Matched:
    """Make the database anew, fill it, import, match."""
    if not FILE.exists():
        return Matched(remark=f"SKIPPED: {FILE.name} is not beside the project")
    owner, login = data.at(owner_url, DATABASE), data.at(login_url, DATABASE)
    data.renew(superuser_url, owner, login)
    return asyncio.run(_measure(owner, login))


async def _measure(owner_url: str, login_url: str) -> Matched:
    schedule(queue)
    titles = json.loads(gzip.decompress(FILE.read_bytes()))
    chance = random.Random(SEED)  # noqa: S311 - the same searches in each run
    async with (
        open_database(login_url, role=IMPORTER, size=2) as importer,
        open_database(login_url, role=JOB, size=2) as job,
    ):
        await _bring(importer, _records(titles, 0, KNOWN))
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute("ANALYZE notice")
        await _save_all(job, owner_url, list(_asked(titles, chance)))
        rounds = [await _round(importer, job, titles, number) for number in range(ROUNDS)]
    return Matched(
        tuple(matching / importing for importing, matching, _ in rounds),
        max(matching for _, matching, _ in rounds),
        sum(found for _, _, found in rounds),
    )


async def _round(
    importer: Database, job: Database, titles: list[Any], number: int
) -> tuple[float, float, int]:
    """Seconds of an import, seconds of its matching, and how many matches there were."""
    records = _records(titles, KNOWN + number * ARRIVING, ARRIVING)
    began = time.perf_counter()
    ids = await _bring(importer, records)
    imported = time.perf_counter()
    found = 0
    for start in range(0, len(ids), BATCH_ITEMS):
        async with job.transaction() as session:
            batch = ids[start : start + BATCH_ITEMS]
            found += await searches.match_notices(session, batch, NOW)
    return imported - began, time.perf_counter() - imported, found


async def _bring(importer: Database, records: list[dict[str, Any]]) -> list[Any]:
    """Import records; the ids of their notices."""
    run = await import_records(importer, records, clock=lambda: NOW)
    if run.counts.new != len(records):
        raise RuntimeError(f"{run.counts.new} of {len(records)} notices were stored")
    numbers = [record["idweb"] for record in records]
    sql = "SELECT id FROM notice WHERE source_id = ANY(:numbers)"
    return [row[0] for row in await importer.statement(sql, {"numbers": numbers})]


def _records(titles: list[Any], start: int, count: int) -> list[dict[str, Any]]:
    """Whole records of the national form, each of seven real titles."""
    made = []
    for number in range(start, start + count):
        of = [titles[(number + 1_000 * place) % len(titles)] for place in range(7)]
        body = {
            "organisme": {"nomOfficiel": of[0]["nomacheteur"]},
            "initial": {
                "natureMarche": {
                    "intitule": of[0]["objet"],
                    "codeCPV": {"objetPrincipal": {"classPrincipale": _cpv(number)}},
                    "natureMarche": {"services": ""},
                    "description": ". ".join(one["objet"] or "" for one in of[1:]),
                }
            },
        }
        made.append(
            {
                **of[0],
                "idweb": f"26-{700_000_000 + number}",
                "objet": of[0]["objet"] or "Sans objet",
                "dateparution": (NOW - timedelta(days=2)).date().isoformat(),
                "datelimitereponse": (NOW + timedelta(days=30)).isoformat(),
                "nature": "APPEL_OFFRE",
                "perimetre": "FNSimple",
                "code_departement": [f"{number % 95 + 1:02}"],
                "gestion": json.dumps({"INDEXATION": {}}),
                "donnees": json.dumps({"FNSimple": body}),
            }
        )
    return made


def _words(title: Any) -> list[str]:
    words = (title["objet"] or "").lower().split()
    return [word for word in words if len(word) > 5 and word.isalpha()]


def _cpv(number: int) -> str:
    return f"{45 + number % 40}{number * 7 % 1_000:03}000"


def _asked(titles: list[Any], chance: random.Random) -> Iterator[Criteria]:
    """Searches as people write them: for their trade, seldom for « travaux » everywhere."""
    held = Counter(word for title in titles for word in set(_words(title)))
    made = 0
    while made < SEARCHES + SPARE:
        most = len(titles) if chance.random() < OF_ANY_WORDS else len(titles) * COMMON
        words = [word for word in _words(chance.choice(titles)) if held[word] <= most]
        if len(words) < 3:
            continue
        one, two, three = chance.sample(words, 3)
        made += 1
        kind = chance.random()
        department = f"{chance.randrange(1, 95):02}".replace("20", "2A")
        if kind < 0.35:
            yield Criteria(words=f"{one} {two}")
        elif kind < 0.5:
            yield Criteria(words=f"{one} or {two} -{three}", departments=(department,))
        elif kind < 0.6:
            yield Criteria(words=f'"{words[0]} {words[1]}"')
        elif kind < 0.75:
            yield Criteria(words=one, departments=(department,), around=True)
        elif kind < 0.9:
            branch = _cpv(chance.randrange(280))[: chance.choice((4, 5))]
            yield Criteria(cpv=(branch,), departments=(department,))
        elif kind < 0.99:
            yield Criteria(words=one, cpv=(_cpv(chance.randrange(280))[:2],))
        else:
            yield Criteria(departments=(department,))


async def _save_all(job: Database, owner_url: str, asked: list[Criteria]) -> None:
    """Write the searches as the service would, all at once."""
    async with job.transaction() as session:
        terms = sorted({term for one in asked for term in terms_of(one)})
        stems, frequency = await stems_of(session, terms), await frequency_of(session)
    compiled: list[dict[str, Any]] = []
    for one in asked:
        with suppress(TooCommon):  # « seraient »: the service would ask for another word
            compiled.append(columns_of(one, stems, frequency))
    names = list(compiled[0])
    with psycopg.connect(owner_url) as connection, connection.cursor() as cursor:
        clusters = [row[0] for row in cursor.execute(CLUSTER, (CLUSTERS,)).fetchall()]
        cursor.executemany(
            f"INSERT INTO saved_search (cluster_id, id, name, criteria, version, created_by,"
            f" created_at, updated_at, {', '.join(names)}) VALUES (%s, uuidv7(), 'Veille', '{{}}',"
            f" 1, uuidv7(), now(), now(), {', '.join(['%s'] * len(names))})",
            [
                [clusters[place % CLUSTERS], *(_given(one[name]) for name in names)]
                for place, one in enumerate(compiled[:SEARCHES])
            ],
        )


def _given(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value
