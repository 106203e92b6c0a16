"""What every hot read shares, of a list or of one thing: its caller, checks, and traces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.infra.db import Anyone, Query, Trace
from app.infra.http.context import signed_in
from app.infra.http.deps import Installation
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

Check = Callable[[Actor], None]
"""Raises when the caller may not read: rows are theirs by row security already, but an empty
answer would not tell them why."""


@dataclass(frozen=True, slots=True)
class Read:
    """Who asked, the JSON to show, and what goes with it (see ``app.infra.db.queries``)."""

    actor: Actor
    shown: bytes
    aside: bytes | None


class Reading:
    """A read in the name of a request's caller: one round trip, two when it leaves a trace."""

    def __init__(self, here: Installation, caller: Anyone) -> None:
        self.caller = caller
        self._here = here

    async def _read(
        self,
        query: Query,
        values: Sequence[object],
        *,
        check: Check | None = None,
        trace: Trace | None = None,
    ) -> Read:
        """What there is to show; its trace is left by then.

        Raises Unauthenticated, NotFound, and what ``check`` does.
        """
        database = self._here.database
        row = await database.read(self.caller, query, values)
        signed_in.set(True)
        shown, aside, due = row.columns or (None, None, None)
        if shown is None:
            raise NotFound
        if check is not None:
            check(row.actor)
        if trace is not None and due is not None:
            await trace.leave(database, self.caller, due)
        return Read(row.actor, shown, aside)
