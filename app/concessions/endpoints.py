"""Concessions over HTTP: terms, forecast, company, yearly figures and reports."""

from typing import Annotated

from fastapi import Path, Response

from app.clusters.domain import InvalidSiren
from app.concessions import domain, lists, service
from app.concessions.domain import Year, due_before
from app.concessions.schemas import (
    CompanyIn,
    CompanyOut,
    ConcessionOut,
    FiguresIn,
    FiguresListOut,
    ForecastIn,
    ForecastOut,
    ReportIn,
    ReportOut,
    ReportsOut,
    TermsIn,
    TermsOut,
    WrittenOut,
    terms_out,
    written_out,
)
from app.consortia import domain as consortia
from app.consortia.shut import told_why
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import ConsortiumId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import AppError, NotFound, PreconditionFailed, PreconditionRequired

YearOfPath = Annotated[int, Path(ge=1990, le=2199, description="A civil year.")]

WRITING: tuple[type[AppError], ...] = (
    NotFound,
    consortia.NotLead,
    domain.NotConcession,
    domain.ConcessionFrozen,
    PreconditionRequired,
    PreconditionFailed,
)
AFTER_AWARD: tuple[type[AppError], ...] = (
    NotFound,
    consortia.NotLead,
    consortia.NotAwarded,
    domain.TermsMissing,
    *ONCE_ERRORS,
)

router = room_router(path="/consortia", tags=["concessions"])


@router.get(
    "/{consortium_id}/concession",
    operation_id="get_concession",
    response_model=ConcessionOut,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_concession(consortium_id: ConsortiumId, item: Item) -> Response:
    """Terms, company, end and next call (parties; coordinator and treasurer once it has won)."""
    return await told_why(item, consortium_id, item.item(lists.concession(consortium_id)))


@router.put(
    "/{consortium_id}/concession",
    operation_id="write_concession",
    responses=refusals(*WRITING, domain.DurationUnjustified),
)
async def write_concession(
    consortium_id: ConsortiumId,
    body: TermsIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    response: Response,
) -> TermsOut:
    """Write the terms anew: over five years with their ground (lead; L3114-7, R3114-2)."""
    standing, terms = await service.write_terms(
        session, actor, consortium_id, version, body.terms()
    )
    set_etag(response, standing.consortium.version)
    return terms_out(terms)


@router.post(
    "/{consortium_id}/concession/company",
    operation_id="record_concession_company",
    status_code=201,
    response_model=CompanyOut,
    responses=refusals(*AFTER_AWARD, InvalidSiren, domain.CompanyUnforeseen, domain.CompanyExists),
)
async def record_concession_company(
    consortium_id: ConsortiumId, body: CompanyIn, session: Session, actor: Me, once: Once
) -> Response:
    """Record the company created after the award that takes over (lead; R3135-6)."""
    company = await service.record_company(
        session,
        actor,
        consortium_id,
        name=body.name,
        siren=body.siren,
        takes_over_on=body.takes_over_on,
    )
    return await once.keep(CompanyOut.model_validate(company))


@router.get(
    "/{consortium_id}/concession/forecast",
    operation_id="get_concession_forecast",
    response_model=ForecastOut,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_concession_forecast(consortium_id: ConsortiumId, item: Item) -> Response:
    """The newest forecast: income and costs, fee and compensation, flows, result of each year."""
    return await told_why(item, consortium_id, item.item(lists.forecast(consortium_id)))


@router.put(
    "/{consortium_id}/concession/forecast",
    operation_id="write_concession_forecast",
    responses=refusals(
        *WRITING,
        domain.TermsMissing,
        domain.ForecastNotWhole,
        domain.FlowUnforeseen,
        consortia.UnknownParty,
    ),
)
async def write_concession_forecast(
    consortium_id: ConsortiumId,
    body: ForecastIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    response: Response,
) -> WrittenOut:
    """Write the whole forecast anew: every civil year of the concession (lead)."""
    years = body.forecast()
    standing, account = await service.write_forecast(session, actor, consortium_id, version, years)
    set_etag(response, standing.consortium.version)
    return written_out(account.number, years)


@router.get(
    "/{consortium_id}/concession/years",
    operation_id="list_concession_years",
    response_model=FiguresListOut,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def list_concession_years(consortium_id: ConsortiumId, item: Item) -> Response:
    """Each year's figures against the newest forecast, line by line."""
    return await told_why(item, consortium_id, item.item(lists.figures(consortium_id)))


@router.post(
    "/{consortium_id}/concession/years/{year}",
    operation_id="record_concession_year",
    status_code=201,
    response_model=WrittenOut,
    responses=refusals(*AFTER_AWARD, domain.OutsideConcession, consortia.UnknownParty),
)
async def record_concession_year(
    consortium_id: ConsortiumId,
    year: YearOfPath,
    body: FiguresIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Record a year's figures; recorded again, a new version corrects them (lead)."""
    figures = Year(year, body.lines())
    account = await service.record_year(session, actor, consortium_id, figures)
    return await once.keep(written_out(account.number, [figures]))


@router.get(
    "/{consortium_id}/concession/reports",
    operation_id="list_concession_reports",
    response_model=ReportsOut,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def list_concession_reports(consortium_id: ConsortiumId, item: Item) -> Response:
    """The yearly reports: due before 1 June, handed in when, late or not (L3131-5, R3131-2)."""
    today = item.caller.now.date()
    return await told_why(item, consortium_id, item.item(lists.reports(consortium_id, today)))


@router.post(
    "/{consortium_id}/concession/reports",
    operation_id="record_concession_report",
    status_code=201,
    response_model=ReportOut,
    responses=refusals(*AFTER_AWARD, domain.OutsideConcession, domain.ReportExists),
)
async def record_concession_report(
    consortium_id: ConsortiumId, body: ReportIn, session: Session, actor: Me, once: Once
) -> Response:
    """Record that a year's report was handed in (lead; L3131-5, R3131-2)."""
    report = await service.record_report(
        session, actor, consortium_id, body.year, body.handed_in_on
    )
    due = due_before(report.year)
    answer = ReportOut(
        year=report.year,
        due_before=due,
        handed_in_on=report.handed_in_on,
        late=report.handed_in_on >= due,
    )
    return await once.keep(answer)
