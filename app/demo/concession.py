"""A venue that three of the demo's companies run under a concession, in its second or third year.

Invented, in the shape of such venues: tickets and a bar, a compensation for what public service
demands, a fee, a co-production that one company owes another.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from app.concessions import service as concessions
from app.concessions.domain import Kind, Line, Terms, Year, due_before
from app.consortia.domain import Form, LotSplit, Outcome
from app.demo.companies import BY_KEY, COORDINATOR, TAKES_OVER
from app.demo.stage import Followed, Group, Stage
from app.tenders import service as tenders
from app.tenders.domain import DeadlineIn, SeveralBids

NAME = "Les Gens du quai"
PARTIES = ("chevalement", "guichet", "accueil")
SHARES = (5_000, 3_000, 2_000)
MONTHS = 72
INCOME = (("Billetterie", 310_000), ("Bar et restauration", 110_000), ("Subvention du CNM", 60_000))
COSTS = (
    ("Artistes et techniciens", 420_000),
    ("Équipe permanente", 430_000),
    ("Amortissement", 75_000),
)
FEE, COMPENSATION, COPRODUCTION = 24_000, 480_000, 30_000
"""Euros of a whole year, as forecast."""
CAME = (94, 97, 103)
"""What came of each year's tickets, in percent of the forecast."""


async def run_a_venue(stage: Stage) -> None:
    """From the call to the figures of the years that are over, and their reports."""
    tender = await _call(stage)
    group = await Group.form(
        stage, tender, [0], NAME, PARTIES, form=Form.SOLIDAIRE, at=_ago(stage, 492)
    )
    first_day = _ago(stage, 440).date()
    terms = Terms(
        first_day=first_day,
        months=MONTHS,
        ground="L'équipement scénique, 450 000 €, s'amortit en six ans.",
        investments_cents=450_000_00,
        fee="24 000 € par an, et 5 % du chiffre d'affaires au-delà de 600 000 €.",
        compensation="480 000 € par an, contre des tarifs réduits et l'accueil des scolaires.",
        company_name=TAKES_OVER.name,
    )
    years = range(first_day.year, terms.last_day().year + 1)
    forecast = [_year(group, one, _days_of(one, terms)) for one in years]
    await _prepare(group, terms, forecast, _ago(stage, 488))
    await group.write([LotSplit(tender.lots[0], None, group.lines(*SHARES))], _ago(stage, 486))
    await group.agree(_ago(stage, 484))
    await group.submit(_ago(stage, 480))
    await group.outcome(tender.lots[0], Outcome.WON, None, _ago(stage, 455))
    await _found_company(group, first_day, _ago(stage, 430))
    over = [one for one in years if one < stage.now.year]
    for year, percent in zip(over, CAME, strict=False):
        await _tell(group, _year(group, year, _days_of(year, terms), percent))


async def _call(stage: Stage) -> Followed:
    at = _ago(stage, 495)
    closes = datetime.combine(_ago(stage, 478).date(), time(12))
    given = tenders.TenderIn(
        title="Concession de service public pour l'exploitation de la salle du Quai",
        buyer="Métropole du Furan",
        deadline=DeadlineIn(closes, "Europe/Paris"),
        lots=(tenders.LotIn("1", "Exploitation de la salle du Quai"),),
        concession=True,
    )
    async with stage.acting(COORDINATOR, at) as (session, actor):
        tender = await tenders.write_tender(session, actor, given, SeveralBids.FORBIDDEN)
        lots = await tenders.lots_of(session, actor, tender.id)
    return Followed(tender.id, [lot.id for lot in lots])


async def _prepare(group: Group, terms: Terms, forecast: Sequence[Year], at: datetime) -> None:
    async with group.stage.acting(BY_KEY[group.lead].email, at) as (session, actor):
        version = await group.version(session, actor)
        await concessions.write_terms(session, actor, group.id, version, terms)
        version = await group.version(session, actor)
        await concessions.write_forecast(session, actor, group.id, version, forecast)


async def _found_company(group: Group, takes_over_on: date, at: datetime) -> None:
    async with group.stage.acting(BY_KEY[group.lead].email, at) as (session, actor):
        await concessions.record_company(
            session,
            actor,
            group.id,
            name=TAKES_OVER.name,
            siren=TAKES_OVER.siren,
            takes_over_on=takes_over_on,
        )


async def _tell(group: Group, year: Year) -> None:
    """A year's figures in February, and its report in May if that month has come."""
    lead = BY_KEY[group.lead].email
    now = group.stage.now
    figures = min(now, datetime.combine(date(year.year + 1, 2, 10), now.timetz()))
    async with group.stage.acting(lead, figures) as (session, actor):
        await concessions.record_year(session, actor, group.id, year)
    report = datetime.combine(due_before(year.year) - timedelta(days=9), now.timetz())
    if report > now:
        return
    async with group.stage.acting(lead, report) as (session, actor):
        await concessions.record_report(session, actor, group.id, year.year, report.date())


def _year(group: Group, year: int, days: int, percent: int = 100) -> Year:
    """A year of so many days; ``percent`` is what comes of the tickets."""
    whole = 365

    def part(euros: int) -> int:
        return euros * 100 * min(days, whole) // whole

    (tickets, expected), *others = INCOME
    lead, partner, _ = group.parties.values()
    lines = [
        Line(Kind.INCOME, part(expected) * percent // 100, tickets),
        *(Line(Kind.INCOME, part(euros), label) for label, euros in others),
        *(Line(Kind.COST, part(euros), label) for label, euros in COSTS),
        Line(Kind.FEE, part(FEE)),
        Line(Kind.COMPENSATION, part(COMPENSATION)),
        Line(Kind.FLOW, part(COPRODUCTION), "Coproduction du festival", lead, partner),
    ]
    return Year(year, lines)


def _days_of(year: int, terms: Terms) -> int:
    """Days of a civil year in which the concession runs."""
    first = max(terms.first_day, date(year, 1, 1))
    last = min(terms.last_day(), date(year, 12, 31))
    return (last - first).days + 1


def _ago(stage: Stage, days: int) -> datetime:
    return stage.now - timedelta(days=days)
