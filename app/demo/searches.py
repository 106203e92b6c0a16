"""What the demo watches for, the cluster for all and two companies for themselves, and how two
people wish to be told of it.
"""

from datetime import timedelta

from app.alerts.digests import service as digests
from app.alerts.digests.domain import Preference, Rhythm
from app.demo.companies import BY_KEY, COORDINATOR
from app.demo.stage import Stage
from app.searches import service as searches
from app.searches.schemas import CriteriaIn, SearchIn

SEARCHES = (
    (
        COORDINATOR,
        SearchIn(
            name="Spectacle et culture, Loire et alentour",
            criteria=CriteriaIn(cpv=["92"], departments=["42"], around=True),
        ),
    ),
    (
        BY_KEY["motifs"].email,
        SearchIn(
            name="Scénographie et signalétique",
            criteria=CriteriaIn(
                words="scénographie or signalétique or « supports de communication »"
            ),
        ),
    ),
    (
        BY_KEY["plomb"].email,
        SearchIn(
            name="Son et lumière, sans nettoyage",
            criteria=CriteriaIn(words="son lumière -nettoyage or régie or sonorisation"),
        ),
    ),
)
"""Who saves what; each finds something among the notices of the demo."""

TOLD_AT_ONCE = (COORDINATOR, BY_KEY["plomb"].email)
"""Who need not wait for the next morning: their mails come with the demo's first minutes."""


async def watch_for(stage: Stage) -> None:
    """Save them, ten days before the demo's own day: the worker finds what there is, and tells."""
    for who in TOLD_AT_ONCE:
        async with stage.acting(who, stage.now - timedelta(days=10)) as (session, actor):
            await digests.set_preference(session, actor, Preference(Rhythm.IMMEDIATE, 7, 1))
    for who, asked in SEARCHES:
        async with stage.acting(who, stage.now - timedelta(days=10)) as (session, actor):
            await searches.save(session, actor, asked.asked())
