"""A minute's tick, when a test says so."""

from contextlib import suppress

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued


async def tick(queue: procrastinate.App, task: str) -> None:
    """Put it into the queue, where a worker may have put it itself when a minute began."""
    with suppress(AlreadyEnqueued):
        await queue.configure_task(task).defer_async(timestamp=0)
