"""What the demo's joint answers have issued."""

from datetime import timedelta

from sqlalchemy import select

from app.consortia.models import Consortium
from app.demo.companies import BY_KEY
from app.demo.stage import Stage
from app.documents import service as documents
from app.documents.domain import Subject
from app.forms import Kind
from app.infra.files import Files

ISSUED = (("bobine", "Les Forgerons du son", (Kind.AGREEMENT, Kind.CANDIDACY, Kind.SUMMARY), 211),)
"""Who issued what of which joint answer, how many days ago."""


async def issue_some(stage: Stage, files: Files) -> None:
    """Issue them, from the split as it was agreed."""
    for key, name, kinds, days in ISSUED:
        at = stage.now - timedelta(days=days)
        async with stage.acting(BY_KEY[key].email, at) as (session, actor):
            named = select(Consortium.id).where(Consortium.name == name)
            (consortium_id,) = await session.scalars(named)
            for kind in kinds:
                await documents.issue(session, actor, files, consortium_id, Subject(kind))
