"""The fees of the year in the demo cluster: what companies declare, one of them twice."""

from datetime import datetime, timedelta

from app.contributions.domain import FTE, HeadcountMethod
from app.demo.companies import COMPANIES, TREASURER
from app.demo.stage import Stage
from app.fees import service as fees

CORRECTED, CORRECTED_TO = "plomb", 19
"""From 22 full-time equivalents: another band, so that an adjustment shows."""


async def charge_a_year(stage: Stage) -> None:
    """All but the last company declare; the treasurer runs, and again after a correction."""
    for company in COMPANIES[:-1]:
        await _declare(stage, company.key, company.headcount, _ago(stage, 7))
    await _run(stage, _ago(stage, 6))
    await _declare(stage, CORRECTED, CORRECTED_TO, _ago(stage, 5))
    await _run(stage, _ago(stage, 4))


async def _declare(stage: Stage, key: str, headcount: int, at: datetime) -> None:
    who = next(one for one in COMPANIES if one.key == key).email
    async with stage.acting(who, at) as (session, actor):
        await fees.declare(
            session,
            actor,
            stage.members[key],
            year=_ago(stage, 7).year,
            method=HeadcountMethod.AVERAGE,
            hundredths=headcount * FTE,
            declared_on=None,
        )


async def _run(stage: Stage, at: datetime) -> None:
    async with stage.acting(TREASURER, at) as (session, actor):
        await fees.run(session, actor, _ago(stage, 7).year)


def _ago(stage: Stage, days: int) -> datetime:
    return stage.now - timedelta(days=days)
