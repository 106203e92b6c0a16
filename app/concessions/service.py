"""Use cases of a concession: its lead writes, under the lock of the joint answer."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.concessions import domain, repository
from app.concessions.domain import Terms, Year
from app.concessions.events import (
    CompanyCreated,
    FiguresRecorded,
    ForecastWritten,
    ReportHandedIn,
    TermsWritten,
)
from app.concessions.models import (
    ConcessionAccount,
    ConcessionCompany,
    ConcessionLine,
    ConcessionReport,
    ConcessionTerms,
)
from app.consortia import domain as consortia_domain
from app.consortia import service as consortia
from app.consortia.service import Standing
from app.infra.db import add_all_at_once, add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.events import Event
from app.kernel.ids import new_id
from app.tenders import service as tenders


async def write_terms(
    session: AsyncSession, actor: Actor, consortium_id: UUID, version: int, terms: Terms
) -> tuple[Standing, ConcessionTerms]:
    """Write the terms anew, as their next version (lead, under the version that was read).

    Raises NotFound, NotLead, PreconditionFailed, NotConcession, ConcessionFrozen,
    DurationUnjustified.
    """
    standing = await _writing(session, actor, consortium_id, Permission.COMMIT_COMPANY, version)
    terms.check()
    before = await repository.terms(session, standing)
    await consortia.opened(session, actor, consortium_id)
    row = ConcessionTerms(
        **_of(actor, consortium_id),
        number=before.number + 1 if before else 1,
        first_day=terms.first_day,
        months=terms.months,
        last_day=terms.last_day(),
        ground=terms.ground,
        investments_cents=terms.investments_cents,
        fee=terms.fee,
        compensation=terms.compensation,
        company_name=terms.company_name,
    )
    session.add(row)
    await session.flush()
    await _tell(session, actor, TermsWritten(consortium_id, row.number), row.id, consortium_id)
    return standing, row


async def write_forecast(
    session: AsyncSession, actor: Actor, consortium_id: UUID, version: int, years: Sequence[Year]
) -> tuple[Standing, ConcessionAccount]:
    """Write the whole forecast anew, each year of the concession once (the lead's people).

    Raises NotFound, NotLead, PreconditionFailed, NotConcession, ConcessionFrozen, TermsMissing,
    ForecastNotWhole, FlowUnforeseen, UnknownParty.
    """
    standing = await _writing(session, actor, consortium_id, Permission.PREPARE_BID, version)
    terms = await _terms(session, standing)
    domain.check_forecast(years, terms.first_day, terms.last_day)
    domain.check_foreseen(years, terms.fee, terms.compensation)
    account = await _account(session, actor, standing, None, years)
    event = ForecastWritten(consortium_id, account.number)
    await _tell(session, actor, event, account.id, consortium_id)
    return standing, account


async def record_year(
    session: AsyncSession, actor: Actor, consortium_id: UUID, year: Year
) -> ConcessionAccount:
    """Record a year's figures; recorded again, they are corrected by a new version.

    Raises NotFound, NotLead, NotAwarded, TermsMissing, OutsideConcession, UnknownParty.
    """
    standing = await _won(session, actor, consortium_id, Permission.PREPARE_BID)
    terms = await _terms(session, standing)
    domain.check_year(year.year, terms.first_day, terms.last_day, actor.now.date())
    account = await _account(session, actor, standing, year.year, [year])
    event = FiguresRecorded(consortium_id, year.year, account.number)
    await _tell(session, actor, event, account.id, consortium_id)
    return account


async def record_company(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    name: str,
    siren: str,
    takes_over_on: date,
) -> ConcessionCompany:
    """Record the company created after the award that takes over (lead; R3135-6).

    Raises NotFound, NotLead, NotAwarded, TermsMissing, CompanyUnforeseen, CompanyExists, Invalid.
    """
    standing = await _won(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    terms = await _terms(session, standing)
    if terms.company_name is None:
        raise domain.CompanyUnforeseen
    company = ConcessionCompany(
        **_of(actor, consortium_id),
        name=name,
        siren=clusters.checked_siren(siren),
        takes_over_on=takes_over_on,
    )
    await add_or_refuse(session, company, domain.CompanyExists)
    await _tell(session, actor, CompanyCreated(consortium_id), company.id, consortium_id)
    return company


async def record_report(
    session: AsyncSession, actor: Actor, consortium_id: UUID, year: int, on: date
) -> ConcessionReport:
    """Record that a year's report was handed in; late is recorded too (lead; L3131-5, R3131-2).

    Raises NotFound, NotLead, NotAwarded, TermsMissing, OutsideConcession, ReportExists, Invalid.
    """
    standing = await _won(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    terms = await _terms(session, standing)
    domain.check_year(year, terms.first_day, terms.last_day, actor.now.date())
    domain.check_report(year, on, terms.last_day, actor.now.date())
    report = ConcessionReport(**_of(actor, consortium_id), year=year, handed_in_on=on)
    await add_or_refuse(session, report, domain.ReportExists)
    await _tell(session, actor, ReportHandedIn(consortium_id, year), report.id, consortium_id)
    return report


async def _writing(
    session: AsyncSession, actor: Actor, consortium_id: UUID, permission: Permission, version: int
) -> Standing:
    standing = await consortia.speak(session, actor, consortium_id, permission, version=version)
    tender = await tenders.get_tender(session, actor, standing.consortium.tender_id)
    if not tender.concession:
        raise domain.NotConcession
    if standing.consortium.state not in domain.WRITABLE:
        raise domain.ConcessionFrozen
    return standing


async def _won(
    session: AsyncSession, actor: Actor, consortium_id: UUID, permission: Permission
) -> Standing:
    standing = await consortia.speak(session, actor, consortium_id, permission)
    if standing.consortium.state not in consortia_domain.HAS_WON:
        raise consortia_domain.NotAwarded
    return standing


async def _terms(session: AsyncSession, standing: Standing) -> ConcessionTerms:
    found = await repository.terms(session, standing)
    if found is None:
        raise domain.TermsMissing
    return found


async def _account(
    session: AsyncSession,
    actor: Actor,
    standing: Standing,
    year: int | None,
    years: Collection[Year],
) -> ConcessionAccount:
    """Add a version with its lines, in one statement."""
    consortium = standing.consortium
    if not all(one.parties() <= standing.holders.keys() for one in years):
        raise consortia_domain.UnknownParty
    last = await repository.last_number(session, consortium.cluster_id, consortium.id, year)
    await consortia.opened(session, actor, consortium.id)
    account = ConcessionAccount(
        **_of(actor, consortium.id), id=new_id(), year=year, number=last + 1
    )
    lines = [
        ConcessionLine(
            cluster_id=consortium.cluster_id,
            id=new_id(),
            consortium_id=consortium.id,
            account_id=account.id,
            year=one.year,
            kind=line.kind,
            label=line.label,
            from_id=line.from_id,
            to_id=line.to_id,
            amount_cents=line.cents,
        )
        for one in years
        for line in one.lines
    ]
    await add_all_at_once(session, [account, *lines])
    return account


def _of(actor: Actor, consortium_id: UUID) -> dict[str, object]:
    """Whose row it is, and whose word."""
    return {
        "cluster_id": actor.cluster_id,
        "consortium_id": consortium_id,
        "person_id": actor.person_id,
        "recorded_at": actor.now,
    }


async def _tell(
    session: AsyncSession, actor: Actor, event: Event, subject_id: UUID, consortium_id: UUID
) -> None:
    await record_event(session, actor, event, subject_id, consortium_id=consortium_id)
