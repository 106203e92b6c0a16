"""Walks histories on every core, prints what was done, and exits 1 when anything broke."""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context

from rich.console import Console

from tests.trials.histories.invariants import INVARIANTS
from tests.trials.histories.play import walk

IN_ONE_WORLD = 40
"""Histories in one database: with more, PostgreSQL reads ever longer what earlier ones wrote."""

out = Console(highlight=False, width=110)


def main() -> int:
    """Walk, print. The exit code: 0 when everything held, else 1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=2_000)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, jobs = time.monotonic(), os.cpu_count() or 1
    worlds = -(-asked.histories // IN_ONE_WORLD)
    share = -(-asked.histories // worlds)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        numbers = [asked.seed * 1_000 + world for world in range(worlds)]
        walks = list(pool.map(walk, repeat(share), repeat(asked.steps), numbers))
    done = sum((each for each, _ in walks), Counter[str]())
    broken = [what for _, what in walks if what]
    for what in broken:
        out.print(f"FAILED, {what}", markup=False)
    acts, refused = (
        sum(count for act, count in done.items() if act.endswith(how))
        for how in ("done", "refused")
    )
    out.print(
        f"{done['histories']:,} histories: {acts:,} acts done, {refused:,} refused,"
        f" {len(INVARIANTS)} invariants after each step, seed {asked.seed},"
        f" {time.monotonic() - began:.0f} s"
    )
    out.print(", ".join(f"{act} {count:,}" for act, count in done.most_common(60)))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
