"""What the demo cluster has called: who bills, a quarter's calls, one taken back and sent anew."""

from datetime import timedelta

from sqlalchemy import select

from app.calls import service as calls
from app.calls.domain import Billing
from app.calls.models import Call
from app.demo.companies import TREASURER
from app.demo.stage import Stage
from app.ledger.chart.domain import Chart
from app.ledger.chart.service import write_chart

SIREN, VAT_NUMBER = "000990010", "FR96000990010"
ADDRESS = "14 rue des Passementiers\n42000 Saint-Étienne"
"""Of no association that is."""


async def call_a_quarter(stage: Stage, name: str) -> None:
    """The treasurer says who bills and keeps books, calls what all owe, and mends one address."""
    at = stage.now - timedelta(days=3)
    billing = Billing(
        name=name,
        legal_form="Association loi 1901",
        siren=SIREN,
        vat_number=VAT_NUMBER,
        address=ADDRESS,
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
    )
    async with stage.acting(TREASURER, at) as (session, actor):
        await calls.write_billing(session, actor, billing, 0)
        await write_chart(session, actor, Chart(siren=SIREN))
        made = await calls.issue_all(session, actor, at.date())
    wrong = max(made, key=lambda call: call.net_cents)
    async with stage.acting(TREASURER, at + timedelta(days=1)) as (session, actor):
        call = (await session.scalars(select(Call).where(Call.id == wrong.id))).one()
        await calls.credit(session, actor, call.id, "Adresse de facturation erronée")
        await calls.issue(session, actor, call.member_id, at.date())
