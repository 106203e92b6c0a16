"""A few random histories with each run; thousands of them are a trial (tests/trials)."""

import asyncio

from tests.trials.histories.play import play
from tests.trials.histories.talks import Stage
from tests.world import World


def test_whatever_companies_do_and_in_whatever_order_the_invariants_hold(world: World) -> None:
    stage = Stage(asyncio.get_event_loop_policy().get_event_loop(), world)
    play(stage, histories=8, steps=25, number=1)
    assert stage.done["submissions done"] + stage.done["approvals done"] > 0
