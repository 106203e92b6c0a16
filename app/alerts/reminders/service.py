"""Use cases of reminders: asking each room what holds today, and telling it once."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.events import ReminderDue
from app.alerts.inbox import repository
from app.alerts.inbox import service as inbox
from app.alerts.inbox.domain import AlertKind, Fact
from app.clusters import service as clusters
from app.concessions.reminders import missing_reports
from app.consortia import service as consortia
from app.consortia.service import Reminder
from app.contracts import service as contracts
from app.journal.service import publish_all
from app.kernel.actor import Actor
from app.people.memberships.service import reachable

ASKED: Mapping[AlertKind, Callable[[AsyncSession, date], Awaitable[list[Reminder]]]] = {
    AlertKind.ACCOUNT_STANDING: contracts.standing_accounts,
    AlertKind.INVOICE_UNDECIDED: contracts.undecided_invoices,
    AlertKind.REPORT_MISSING: missing_reports,
    AlertKind.CERTIFICATE_LAPSING: consortia.lapsing_certificates,
    AlertKind.MANDATE_ENDING: consortia.ending_mandates,
}


async def clusters_that_answer(session: AsyncSession) -> list[UUID]:
    """The clusters that have joint answers; a job's question."""
    return list(await session.scalars(text("SELECT app.clusters_that_answer()")))


async def remind(session: AsyncSession, actor: Actor) -> int:
    """Tell what holds today to the companies that it concerns, each person once; how many are new.

    A job's act, for one cluster, in its clock's day. Whoever joins a company while it holds is
    told too; the event is the company's, and one.
    """
    zone = ZoneInfo((await clusters.get_cluster(session, actor)).zone)
    today = actor.now.astimezone(zone).date()
    facts = [
        (_fact(kind, one), one)
        for kind, asked in ASKED.items()
        for one in await asked(session, today)
    ]
    if not facts:
        return 0
    people = sorted(await reachable(session), key=lambda one: one.membership_id)
    member_of = {one.membership_id: one.member_id for one in people}
    concerned = [
        (membership_id, fact)
        for fact, one in facts
        for membership_id, member_id in member_of.items()
        if member_id in one.companies
    ]
    before = await repository.told(session, actor, concerned)
    informed = {(member_of[membership_id], key) for membership_id, key in before}
    fresh = {
        (member_id, fact.key): fact
        for membership_id, fact in concerned
        if (member_id := member_of[membership_id]) and (member_id, fact.key) not in informed
    }
    events = [
        (ReminderDue(fact.kind, consortium_id, fact.subject_id), member_id)
        for (member_id, _), fact in fresh.items()
        if (consortium_id := fact.consortium_id)
    ]
    await publish_all(session, actor, events)
    return await inbox.tell(session, actor, concerned)


def _fact(kind: AlertKind, one: Reminder) -> Fact:
    return Fact(
        kind,
        one.subject_id,
        one.version,
        consortium_id=one.consortium_id,
        due_on=one.due_on,
    )
