"""Schemathesis over the whole document, as a stranger, a lead, and its rival.

``python -m tests.trials --cases 10000 --seed 1``: serves the demo cluster from a database of its
own, prints a summary, exits 1 on any failure.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from rich.console import Console

from app.demo import load_demo
from app.infra import embedded
from app.infra.db import open_database
from app.people import service as people
from app.settings import MAX_RATE, Settings
from tests.conftest import ROOT, own_database, own_name
from tests.test_server import free_port, serving, urls

HERE = Path(__file__).parent
PERSONAS = {"stranger": None, "lead": "bobine@furan.example", "rival": "tram@furan.example"}
SIGN_OUT = ("close_session", "revoke_token", "end_membership")
"""Left out for whoever is signed in: they end the run's own token. Their effects are tested in
``tests/people``; the stranger's run covers their shape."""
FIXED = 2_500
"""Cases that the deterministic phases make for each persona, whatever is asked."""

out = Console(highlight=False, width=110)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one persona's run gave."""

    persona: str
    cases: int
    passed: bool


def main() -> int:
    """Serve, run, print. The exit code: 0 when no check failed, else 1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000, help="in all, about")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", action="store_true", help="a short run, for each change")
    asked = parser.parse_args()
    with stage() as (address, tokens):
        outcomes = [run(name, address, tokens[name], asked) for name in PERSONAS]
        hollow = [name for name, token in tokens.items() if token and not alive(address, token)]
    for one in outcomes:
        out.print(f"{one.persona:<10}{one.cases:>8,} cases  {'ok' if one.passed else 'FAILED'}")
    for name in hollow:
        out.print(f"{name}: signed out by the run itself, which so proved nothing")
    out.print(f"{'in all':<10}{sum(one.cases for one in outcomes):>8,} cases, seed {asked.seed}")
    return 0 if all(one.passed for one in outcomes) and not hollow else 1


@contextmanager
def stage() -> Iterator[tuple[str, dict[str, str | None]]]:
    """The service on the demo cluster: its address, and each persona's token."""
    base = Settings(data_dir=ROOT / ".grappe" / "trials", worker=False)
    with embedded.database(base) as running, own_database(running, own_name("trials")) as settings:
        load_demo(settings, Console(quiet=True))
        tokens = asyncio.run(issue(settings))
        port = free_port()
        with serving(
            port,
            **urls(settings),
            GRAPPE_WORKER="false",
            GRAPPE_LOG_LEVEL="warning",
            # One address makes all the requests: their number is not what is tried here.
            GRAPPE_RATE_LIMIT_PER_MINUTE=str(MAX_RATE),
            GRAPPE_RATE_LIMIT_WRITES_PER_MINUTE=str(MAX_RATE),
            GRAPPE_RATE_LIMIT_ANONYMOUS_PER_MINUTE=str(MAX_RATE),
        ):
            yield f"http://127.0.0.1:{port}", tokens


async def issue(settings: Settings) -> dict[str, str | None]:
    """A token for each persona who has a name."""
    now = datetime.now(UTC)
    tokens: dict[str, str | None] = {}
    async with open_database(settings.owner_url(), role=None) as owner, owner.transaction() as at:
        for name, email in PERSONAS.items():
            tokens[name] = email and await people.create_token(
                at,
                email=email,
                cluster_slug=None,
                name=name,
                now=now,
                expires_at=now + timedelta(days=1),
            )
    return tokens


def run(persona: str, address: str, token: str | None, asked: argparse.Namespace) -> Outcome:
    """One persona over the whole document."""
    each = (asked.cases // len(PERSONAS) - FIXED) // 50
    command = ["st", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [f"{address}/openapi.json", "--seed", str(asked.seed), "--checks", "all"]
    # One thread: ast.parse of Python 3.11 fails now and then in several, and with it the run.
    command += ["--continue-on-failure", "--workers", "1"]
    command += [
        "--max-examples",
        str(2 if asked.sample else max(each, 2)),
        "--request-timeout",
        "30",
    ]
    if asked.sample and persona != "lead":
        command += ["--phases", "examples,fuzzing"]
    if token is not None:
        command += ["--header", f"Authorization: Bearer {token}"]
        for name in SIGN_OUT:
            command += ["--exclude-operation-id", name]
    out.print(f"[bold]{persona}[/bold]")
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [str(Path(sys.executable).parent / command[0]), *command[1:]],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if ran.returncode != 0:
        out.print(ran.stdout, markup=False)
    made = re.search(r"([0-9,]+) generated", ran.stdout)
    return Outcome(persona, int(made[1].replace(",", "")) if made else 0, ran.returncode == 0)


def alive(address: str, token: str) -> bool:
    """Whether a persona is still who they were."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{address}/v1/me", headers=headers)
    if answer.status_code != 200:
        out.print(answer.text, markup=False)
    return answer.status_code == 200


if __name__ == "__main__":
    sys.exit(main())
