"""What the demo's companies prove: most of it holds, some has run out."""

from datetime import timedelta

from app.certificates import service as certificates
from app.certificates.domain import Audience, Kind, Statement
from app.demo.companies import BY_KEY, COMPANIES
from app.demo.stage import Stage
from app.kernel.days import months_after

ALL = ((Kind.SOCIAL, "URSSAF Rhône-Alpes", 70), (Kind.TAX, "Direction générale des finances", 95))
"""What every company has: the kind, who issued it, how many days ago."""
SOME = (
    ("bobine", Kind.LIABILITY_INSURANCE, "Mutuelle des scènes", 210),
    ("plomb", Kind.LIABILITY_INSURANCE, "Mutuelle des scènes", 380),
    ("recits", Kind.QUALIOPI, "Certif Loire", 600),
    ("chevalement", Kind.ESUS, "Préfecture de la Loire", 900),
    ("passement", Kind.DECENNIAL_INSURANCE, "Assurances du Pilat", 120),
)
ADMITTED = timedelta(days=499)
BEHIND = "crassier"
"""Has not asked URSSAF for a new one in time."""


async def prove(stage: Stage) -> None:
    """Add them, each on the day that it was issued."""
    for company in COMPANIES:
        for kind, issuer, days in ALL:
            late = 150 if company.key == BEHIND and kind is Kind.SOCIAL else 0
            await _add(stage, company.key, kind, issuer, days + late)
    for key, kind, issuer, days in SOME:
        await _add(stage, key, kind, issuer, days)


async def _add(stage: Stage, key: str, kind: Kind, issuer: str, days: int) -> None:
    issued = stage.now - timedelta(days=days)
    insured = kind in {Kind.LIABILITY_INSURANCE, Kind.DECENNIAL_INSURANCE}
    labelled = kind in {Kind.QUALIOPI, Kind.ESUS}
    until = months_after(issued.date(), 12) if insured else None
    audience = Audience.CLUSTER if labelled else Audience.PARTNERS
    statement = Statement(kind, None, issuer, None, issued.date(), until, audience)
    async with stage.acting(BY_KEY[key].email, max(issued, stage.now - ADMITTED)) as (
        session,
        actor,
    ):
        await certificates.add(session, actor, statement)
