"""Business between members in the demo cluster: said by one side, by both, or otherwise."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.demo.companies import BY_KEY, TREASURER
from app.demo.stage import Stage
from app.flows import runs
from app.flows import service as flows
from app.flows.domain import Nature, Side, Statement


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of ``seller`` to ``buyer``, or in co-contracting to a client beside it."""

    seller: str
    buyer: str
    number: str
    cents: int
    days_ago: int
    label: str
    nature: Nature = Nature.BUSINESS

    def said(self, stage: Stage, side: Side, corrects_id: UUID | None = None) -> Statement:
        """What one side says of it."""
        return Statement(
            nature=self.nature,
            side=side,
            counterpart_id=stage.members[self.buyer if side == Side.SELLER else self.seller],
            number=self.number,
            invoiced_on=_ago(stage, self.days_ago).date(),
            amount_cents=self.cents,
            label=self.label,
            corrects_id=corrects_id,
        )


POSTERS = Invoice("motifs", "chevalement", "CM-118", 4_200_00, 62, "Affiches de la saison")
CAPTURE = Invoice("furan", "bobine", "2217", 6_850_00, 48, "Captation de six concerts")
SITE = Invoice("ruban", "puits", "F-0931", 11_300_00, 41, "Site de la médiation")
MEALS = Invoice("bellevue", "tram", "BV-77", 2_480_00, 33, "Repas des équipes de montage")
AUDIT = Invoice(
    "verte",
    "passement",
    "EV-204",
    8_600_00,
    29,
    "Bilan carbone d'un festival",
    Nature.CO_CONTRACTING,
)
SCENERY = Invoice(
    "passement", "verte", "AP-55", 13_900_00, 27, "Décors du même festival", Nature.CO_CONTRACTING
)
REFUND = Invoice("motifs", "chevalement", "CM-118-A", -350_00, 20, "Deux affiches non tirées")
CLAIMED = Invoice("guichet", "chevalement", "GC-1402", 1_960_00, 12, "Billetterie de mars")


CHARGED = (POSTERS, CAPTURE, SITE, MEALS, AUDIT, SCENERY, REFUND)
"""What the run charges: of SITE the seller's figure; the seller of CLAIMED has said nothing yet."""


async def trade(stage: Stage) -> None:
    """Eight invoices, and the run that charges those whose debtor has said them."""
    posters = await _say(stage, POSTERS, Side.SELLER)
    for invoice in (CAPTURE, SITE, MEALS, AUDIT, SCENERY):
        await _say(stage, invoice, Side.SELLER)
    await _say(stage, POSTERS, Side.BUYER)
    await _say(stage, CAPTURE, Side.BUYER)
    await _say(stage, _otherwise(SITE, 11_030_00), Side.BUYER)
    await _say(stage, CLAIMED, Side.BUYER)
    await _say(stage, REFUND, Side.SELLER, posters)
    at = _ago(stage, 5)
    async with stage.acting(TREASURER, at) as (session, actor):
        run = await runs.ask_run(session, actor, at.date())
    more = True
    while more:
        async with stage.working(run.cluster_id, at) as (session, actor):
            more = await runs.step(session, actor, run.id)


async def _say(stage: Stage, invoice: Invoice, side: Side, corrects_id: UUID | None = None) -> UUID:
    who = invoice.seller if side == Side.SELLER else invoice.buyer
    later = 0 if side == Side.SELLER else 1
    async with stage.acting(BY_KEY[who].email, _ago(stage, invoice.days_ago - later)) as (
        session,
        actor,
    ):
        return await flows.declare(session, actor, invoice.said(stage, side, corrects_id))


def _otherwise(invoice: Invoice, cents: int) -> Invoice:
    """The same, as the other side wrote it down: two figures swapped."""
    return Invoice(
        invoice.seller, invoice.buyer, invoice.number, cents, invoice.days_ago, invoice.label
    )


def _ago(stage: Stage, days: int) -> datetime:
    return stage.now - timedelta(days=days)
