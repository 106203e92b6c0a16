"""The files that an accountant imports: laid out, balanced, and the same bytes each time."""

import os
import random
import shutil
import subprocess
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.infra.db import Database
from app.ledger.chart.domain import Chart
from app.ledger.domain import Journal
from app.ledger.exports import domain, repository
from app.ledger.exports.domain import Entry, Line, Side
from tests.consortia.steps import ok, refused
from tests.contributions.scene import win
from tests.ledger.test_closings import book, close
from tests.world import World

CHART = {"siren": "552100554", "accounts": {"receivable": {"code": "411000", "label": "Adhérents"}}}
JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)
HLEDGER = shutil.which("hledger")


def hledger(books: bytes, *command: str) -> str:
    """What hledger says of books; its refusal fails the test."""
    if HLEDGER is None:
        assert "CI" not in os.environ, "hledger is missing: see .ci/run"
        pytest.skip("hledger is not installed: nothing but our own eyes read these books")
    run = subprocess.run(
        [HLEDGER, "-f", "-", *command], input=books, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode()


async def fec(world: World, year: int = 2026) -> bytes:
    """The file."""
    answer = await world.auditor.get("/v1/ledger/exports/fec", year=year)
    assert answer.status_code == 200, answer.text
    return answer.content


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The lines under the names of their columns."""
    head, *lines = content.decode(domain.FEC_ENCODING).removesuffix("\r\n").split("\r\n")
    names = head.split("\t")
    assert names == list(domain.FEC_COLUMNS)
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def cents(amount: str) -> int:
    """An amount of the file."""
    whole, part = amount.split(",")
    assert len(part) == 2
    return int(whole + part)


def holds(rows: list[dict[str, str]]) -> None:
    """Numbers without a gap, and as much debit as credit in each entry."""
    numbers = list(dict.fromkeys(int(row["EcritureNum"]) for row in rows))
    assert numbers == list(range(1, len(numbers) + 1))
    for number in numbers:
        lines = [row for row in rows if int(row["EcritureNum"]) == number]
        assert sum(cents(one["Debit"]) for one in lines) == sum(
            cents(one["Credit"]) for one in lines
        )


async def test_an_entry_is_laid_out_as_the_law_says(world: World, serving: Database) -> None:
    ok(await world.treasurer.put("/v1/ledger/chart", CHART, 0), 200)
    await close(world, date(2025, 12, 31))
    await book(world, serving, date(2025, 12, 30), "payment:1", 1234_56)
    await close(world, JANUARY)
    answer = await world.treasurer.get("/v1/ledger/exports/fec", year=2026)
    assert (
        answer.headers["content-disposition"] == 'attachment; filename="552100554FEC20260131.txt"'
    )
    assert answer.headers["content-type"] == "text/plain; charset=iso8859-15"
    lines = answer.content.decode("iso8859-15").split("\r\n")
    assert lines[1:] == [
        "BQ\tBanque\t1\t20260101\t512\tBanque\t\t\tpayment:1\t20251230\tessai\t1234,56\t0,00"
        "\t\t\t20260302\t\t",
        "BQ\tBanque\t1\t20260101\t411000\tAdhérents\t732829320\tAlpha\tpayment:1\t20251230\tessai"
        "\t0,00\t1234,56\t\t\t20260302\t\t",
        "BQ\tBanque\t1\t20260101\t411000\tAdhérents\t732829320\tAlpha\tpayment:1\t20251230\tessai"
        "\t1234,56\t0,00\t\t\t20260302\t\t",
        "BQ\tBanque\t1\t20260101\t706\tPrestations : contributions des membres\t\t\tpayment:1"
        "\t20251230\tessai\t0,00\t1234,56\t\t\t20260302\t\t",
        "",
    ]
    assert rows_of(await fec(world, 2025)) == []


@pytest.mark.parametrize("seed", range(2))
async def test_an_export_is_the_same_bytes_whatever_came_since(
    world: World, serving: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    ok(await world.treasurer.put("/v1/ledger/chart", CHART, 0), 200)
    days = [date(2026, 1, 1) + timedelta(days=chance.randrange(59)) for _ in range(14)]
    for number, day in enumerate(days):
        await book(world, serving, day, f"payment:{number}", chance.choice([1, 99, 2**53 + 1]))
    await close(world, JANUARY)
    first = await fec(world)
    for number, day in enumerate(days[:3]):
        await book(world, serving, day, f"late:{number}")
    renamed = text("UPDATE member SET name = 'Autre' WHERE cluster_id = :cluster")
    async with world.owner.transaction() as session:
        await session.execute(renamed, {"cluster": world.cluster_id})
    anew = {"siren": "552100554", "accounts": {"bank": {"code": "5121", "label": "Compte"}}}
    ok(await world.treasurer.put("/v1/ledger/chart", anew, 1), 200)
    assert await fec(world) == first
    await close(world, FEBRUARY)
    whole = await fec(world)
    assert whole.startswith(first)
    rows = rows_of(whole)
    holds(rows)
    assert len({row["PieceRef"] for row in rows}) == 17
    assert {row["CompteNum"] for row in rows_of(first)} == {"411000", "512", "706"}
    assert {row["CompteNum"] for row in rows[len(rows_of(first)) :]} == {"411", "5121", "706"}
    monkeypatch.setattr(repository, "PAGE", 2)
    assert await fec(world) == whole


async def test_hledger_finds_the_books_balanced(world: World, serving: Database) -> None:
    for number, amount in enumerate((1, 10_00, 1234_56)):
        await book(world, serving, date(2026, 1, 3 + number), f"payment:{number}", amount)
    await close(world, JANUARY)
    answer = await world.auditor.get("/v1/ledger/exports/journal", year=2026)
    assert answer.status_code == 200
    hledger(answer.content, "check", "ordereddates")
    shown = hledger(answer.content, "bal", "--flat", "-N", "-O", "csv")
    assert shown.splitlines()[1:] == [
        '"512 Banque","1244.57 EUR"',
        '"706 Prestations contributions des membres","-1244.57 EUR"',
    ]


async def test_whoever_exports_has_opened_the_amounts_that_it_shows(
    world: World, serving: Database
) -> None:
    won = await win(world, serving, "alpha", "beta")
    await won.receive("alpha", 100_00, on=date(2026, 1, 10))
    await close(world, JANUARY)
    query = text("SELECT count(*) FROM opening WHERE cluster_id = :cluster AND consortium_id = :id")
    for expected in (0, 1, 1):
        async with world.owner.transaction() as session:
            values = {"cluster": world.cluster_id, "id": won.id}
            assert await session.scalar(query, values) == expected
        answer = await world.auditor.get("/v1/ledger/exports/journal", year=2026)
        assert b"15.00 EUR" in answer.content


async def test_only_what_is_closed_is_exported_and_a_fec_has_a_name(
    world: World, serving: Database
) -> None:
    await book(world, serving, date(2026, 1, 3), "payment:1")
    for name in ("fec", "journal"):
        refused(await world.auditor.get(f"/v1/ledger/exports/{name}", year=2026), 404, "not_found")
        refused(await world.alpha.get(f"/v1/ledger/exports/{name}", year=2026), 403, "forbidden")
    await close(world, JANUARY)
    answer = await world.auditor.get("/v1/ledger/exports/fec", year=2026)
    refused(answer, 409, "cluster_siren_missing")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Œuvre à 5 € ’ok’ – “x”", "Œuvre à 5 € 'ok' - \"x\""),
        ("e\u0301te\u0301", "été"),
        ("Łódź ő ǆ", "Lódz o dz"),
        ("a\tb\r\nc\x85d\u2028e", "a b c d e"),
        ("東 🎭", "? ?"),
    ],
)
def test_what_the_encoding_lacks_stays_legible(said: str, told: str) -> None:
    assert domain.legible(said) == told
    told.encode("iso8859-15")


SIDES: Any = st.builds(
    Side,
    st.from_regex(r"[1-9][0-9]{2,6}", fullmatch=True),
    st.text(max_size=30),
    st.none() | st.from_regex(r"[0-9]{9}", fullmatch=True),
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
ENTRIES: Any = st.builds(
    Entry,
    number=st.integers(1, 10**9),
    journal=st.sampled_from(Journal),
    booked_on=DAYS,
    occurred_on=DAYS,
    closed_on=DAYS,
    reference=st.text(max_size=40),
    memo=st.text(max_size=40),
    chart_version=st.just(1),
    lines=st.lists(
        st.builds(Line, SIDES, SIDES, st.integers(1, 2**63 - 1)), min_size=1, max_size=4
    ).map(tuple),
)


@given(ENTRIES)
def test_whatever_is_written_in_an_entry_its_lines_are_whole_and_balance(entry: Entry) -> None:
    rows = rows_of(domain.fec_head() + domain.fec(entry, Chart()))
    assert len(rows) == 2 * len(entry.lines)
    assert sum(cents(row["Debit"]) - cents(row["Credit"]) for row in rows) == 0
    assert sum(cents(row["Debit"]) for row in rows) == sum(one.cents for one in entry.lines)


def test_hledger_reads_whatever_is_written_in_an_entry() -> None:
    chance = random.Random(7)
    odd = [
        "; x",
        "a  b",
        "{x}",
        "(a)",
        "@ 3",
        "= 5 EUR",
        '"',
        "é|ü",
        ":",
        "\t",
        "*",
        "!",
        "[z]",
        "",
    ]
    entries = [
        Entry(
            number,
            chance.choice(list(Journal)),
            date(2026, 1, 1),
            date(2025, 1, 1),
            date(2026, 2, 1),
            "".join(chance.sample(odd, 3)),
            "".join(chance.sample(odd, 3)),
            1,
            (
                Line(
                    Side("411732829320", "".join(chance.sample(odd, 3)), "732829320"),
                    Side("999", "".join(chance.sample(odd, 3)), None),
                    chance.choice([1, 10_000, 2**63 - 1]),
                ),
            ),
        )
        for number in range(1, 200)
    ]
    books = domain.journal_head(2026) + b"".join(domain.journal(one, Chart()) for one in entries)
    hledger(books, "check")
    total = sum(line.cents for entry in entries for line in entry.lines)
    shown = hledger(books, "bal", "411", "-N", "--flat", "--depth", "1", "-O", "csv")
    assert shown.splitlines()[1:] == [f'"411 Membres","{total // 100}.{total % 100:02} EUR"']
