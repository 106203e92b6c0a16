"""What happened in the demo cluster, played through the services."""

from datetime import datetime, timedelta
from uuid import UUID

from app.certificates.domain import Kind
from app.clusters.domain import Choice
from app.consortia.domain import CommonExpenses, Form, Item, LotSplit, Outcome
from app.contributions import service as contributions
from app.demo import notices
from app.demo.companies import CANDIDATE, TREASURER
from app.demo.concession import run_a_venue
from app.demo.execution import carry_out
from app.demo.stage import Group, Stage
from app.kernel.money import Money
from app.tenders.domain import Rules, SeveralBids, Stance

FORGE_AWARDED = 2_400_000
"""Euros excluding tax over five years; 15 % of it is 360,000 €."""

FORGE_PARTIES = ("bobine", "plomb", "crassier", "bellevue", "puits")
FORGE_SHARES = (4_000, 2_250, 1_250, 1_500, 1_000)
FORGE_RECEIPTS = (
    ("bobine", 80_000_00, 100),
    ("plomb", 45_000_00, 98),
    ("bellevue", 30_000_00, 95),
    ("crassier", 25_000_00, 60),
    ("bobine", 80_000_00, 9),
    ("puits", 20_000_00, 8),
)


BIENNALE_RULES = Rules(
    several_bids=SeveralBids.FORBIDDEN,
    linked_bids=SeveralBids.UNKNOWN,
    bid_cap=2,
    asked=frozenset({Kind.SOCIAL, Kind.TAX}),
)
"""One company's attestation has run out: the readiness of its group says so."""

CANDIDATE_VOTES = (
    ("bobine", Choice.FOR),
    ("plomb", Choice.FOR),
    ("recits", Choice.ABSTAIN),
    ("tram", Choice.AGAINST),
    ("puits", Choice.FOR),
)


async def play(stage: Stage, found: dict[str, UUID]) -> None:
    """Play the whole story; ``found`` gives the ids of the notices by their number."""
    await _won(stage, found[notices.FORGE])
    await _lost(stage, found[notices.IMPRESSION])
    await run_a_venue(stage)
    await _competing(stage, found[notices.BIENNALE])
    await _being_formed(stage, found[notices.MEDIATION])
    await stage.candidacy(CANDIDATE.declared(), _ago(stage, 4), CANDIDATE_VOTES)
    await stage.follow(found[notices.CAPTATION], _ago(stage, 20), SeveralBids.UNKNOWN)


async def _won(stage: Stage, notice: UUID) -> None:
    tender = await stage.follow(notice, _ago(stage, 250), SeveralBids.FORBIDDEN)
    for key in FORGE_PARTIES:
        stance = Stance.LEAD if key == "bobine" else Stance.PART
        await stage.interest(key, tender, 0, stance, _ago(stage, 245))
    await stage.interest("tram", tender, 0, Stance.NO, _ago(stage, 244))
    group = await Group.form(
        stage,
        tender,
        [0],
        "Les Forgerons du son",
        FORGE_PARTIES,
        form=Form.CONJOINT_LIABLE_LEAD,
        at=_ago(stage, 240),
    )
    lot = tender.lots[0]
    await group.split([(lot, Money(2_450_000_00))], FORGE_SHARES, _ago(stage, 220))
    await group.agree(_ago(stage, 212))
    await group.submit(_ago(stage, 201))
    won = await group.outcome(lot, Outcome.WON, FORGE_AWARDED, _ago(stage, 150))
    await carry_out(group, won, stage.now)
    for number, (key, cents, days) in enumerate(FORGE_RECEIPTS, start=1):
        day = _ago(stage, days).date()
        await group.receive(key, lot, cents, day, f"Compensation {number}")
    for key, cents, days in (("bobine", 12_000_00, 70), ("plomb", 4_000_00, 50)):
        async with stage.acting(TREASURER, _ago(stage, days)) as (session, actor):
            await contributions.record_payment(
                session,
                actor,
                member_id=stage.members[key],
                amount_cents=cents,
                received_on=_ago(stage, days).date(),
                reference=f"Virement {key} {days}",
            )


async def _lost(stage: Stage, notice: UUID) -> None:
    tender = await stage.follow(notice, _ago(stage, 148), SeveralBids.UNKNOWN)
    group = await Group.form(
        stage,
        tender,
        [0, 1],
        "Encre et motifs",
        ("motifs", "recits"),
        form=Form.SOLIDAIRE,
        at=_ago(stage, 140),
    )
    prices = [(tender.lots[0], Money(88_000_00)), (tender.lots[1], Money(131_400_00))]
    await group.split(prices, (6_500, 3_500), _ago(stage, 130))
    await group.agree(_ago(stage, 125))
    await group.submit(_ago(stage, 116))
    await group.outcome(tender.lots[0], Outcome.LOST, None, _ago(stage, 30))
    await group.outcome(tender.lots[1], Outcome.LOST, None, _ago(stage, 30))


async def _competing(stage: Stage, notice: UUID) -> None:
    """Two groups on one lot: neither sees that the other exists."""
    tender = await stage.follow(notice, _ago(stage, 11), SeveralBids.FORBIDDEN)
    await stage.read_rules(tender, BIENNALE_RULES, _ago(stage, 10))
    for key in ("passement", "crassier", "motifs", "tram"):
        await stage.interest(key, tender, 0, Stance.PART, _ago(stage, 10))
    fabric = await Group.form(
        stage,
        tender,
        [0, 1],
        "Trame et lumière",
        ("passement", "crassier"),
        form=Form.CONJOINT,
        at=_ago(stage, 8),
    )
    prices = [(tender.lots[0], Money(171_300_00)), (tender.lots[1], Money(92_750_00))]
    await fabric.split(prices, (5_500, 4_500), _ago(stage, 5))
    await fabric.agree(_ago(stage, 3))
    await fabric.mandate("crassier", _ago(stage, 3))
    street = await Group.form(
        stage,
        tender,
        [0],
        "Rue des objets",
        ("tram", "motifs", "verte"),
        form=Form.SOLIDAIRE,
        at=_ago(stage, 7),
    )
    await street.split([(tender.lots[0], Money(164_900_00))], (5_000, 3_000, 2_000), _ago(stage, 4))
    await street.agree(_ago(stage, 2), approving=("tram", "motifs"))


async def _being_formed(stage: Stage, notice: UUID) -> None:
    tender = await stage.follow(notice, _ago(stage, 5), SeveralBids.UNKNOWN)
    await stage.interest("puits", tender, 0, Stance.LEAD, _ago(stage, 4))
    await stage.interest("furan", tender, 1, Stance.PART, _ago(stage, 4))
    await stage.interest("chevalement", tender, 0, Stance.PART, _ago(stage, 3))
    group = await Group.form(
        stage,
        tender,
        [0, 1],
        "Sud-Est en récits",
        ("puits", "furan", "chevalement"),
        form=Form.CONJOINT,
        at=_ago(stage, 2),
    )
    second = LotSplit(tender.lots[1], 21_500_00, group.lines(4_000, 3_500, 2_500))
    prices = [(tender.lots[0], Money(38_000_00)), (tender.lots[1], Money(21_500_00))]
    await group.split(prices, (4_000, 3_500, 2_500), _ago(stage, 2))
    # A second version: the first lot by tranche and work item, the lead paid on each part.
    items = (
        Item(0, "Collecte des récits", 17_400_00, group.lines(2_500, 4_500, 3_000)),
        Item(0, "Médiation", 11_850_00, group.lines(6_000, 2_500, 1_500)),
        Item(1, "Itinérance", 9_750_00, group.lines(3_000, 3_000, 4_000)),
    )
    expenses = CommonExpenses(group.parties["furan"], bps=150)
    first = LotSplit(tender.lots[0], None, items=items, fee_bps=300, expenses=expenses)
    await group.write([first, second], _ago(stage, 1))


def _ago(stage: Stage, days: int) -> datetime:
    return stage.now - timedelta(days=days)
