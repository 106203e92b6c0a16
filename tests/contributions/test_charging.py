"""Award, receipts, payments: what is forecast, due, charged and paid, and the books."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.contributions import service
from app.contributions.domain import FlowNature, NoPolicy, PolicyTerms, Trigger, default_terms
from app.infra.db import Database
from app.kernel.ids import new_id
from app.kernel.money import Money
from tests.contributions.scene import DAY, Answer, acting, balances, pay, vote, win
from tests.world import World


def with_joint(**changes: object) -> PolicyTerms:
    """The default terms, with another rate for joint answers."""
    terms = default_terms()
    rates = tuple(
        replace(rate, **changes) if rate.nature == FlowNature.JOINT_ANSWER else rate  # type: ignore[arg-type]
        for rate in terms.rates
    )
    return replace(terms, rates=rates)


@pytest.fixture
async def answer(world: World, serving: Database) -> Answer:
    """Alpha leads, beta follows; 60,000 € and 40,000 € are awarded under the default policy."""
    won = await win(world, serving, "alpha", "beta")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    return won


async def test_an_award_only_forecasts(answer: Answer) -> None:
    assert await answer.figures("alpha") == (9_000_00, 0, 0, 0)
    assert await answer.figures("beta") == (6_000_00, 0, 0, 0)
    assert await balances(answer.world) == {}


async def test_a_receipt_makes_the_contribution_due_and_charges_it(answer: Answer) -> None:
    await answer.receive("beta", 10_000_00)
    assert await answer.figures("beta") == (6_000_00, 1_500_00, 1_500_00, 0)
    assert await answer.figures("alpha") == (9_000_00, 0, 0, 0)
    assert await balances(answer.world) == {"411": 1_500_00, "706": -1_500_00}


async def test_every_figure_shows_its_evidence(answer: Answer) -> None:
    receipt_id = new_id()
    await answer.receive("beta", 10_000_00, receipt_id=receipt_id)
    await pay(answer.world, answer.serving, "beta", 1_000_00, "VIR 1")
    seen = await answer.seen_by("beta")
    beta = next(one for one in seen.parties if one.party_id == answer.parties["beta"])
    assert (beta.part, beta.bps, beta.policy_version) == (Money(40_000_00), 1_500, 1)
    (forecast,) = beta.forecasts
    assert (forecast.award_id, forecast.lot_id) == (answer.award_id, answer.lot_id)
    assert (forecast.base, forecast.bps) == (Money(40_000_00), 1_500)
    (charge,) = beta.charges
    assert charge.source == f"receipt:rec_{receipt_id.hex}"
    assert (charge.occurred_on, charge.base, charge.bps) == (DAY, Money(10_000_00), 1_500)
    assert (charge.policy_version, charge.amount) == (1, Money(1_500_00))
    (payment,) = beta.payments
    assert (payment.reference, payment.received_on) == ("VIR 1", DAY)
    assert (payment.amount, payment.charge_id) == (Money(1_000_00), charge.charge_id)
    assert seen.part == Money(100_000_00)
    assert (seen.forecast, seen.due) == (Money(15_000_00), Money(1_500_00))
    assert (seen.charged, seen.paid) == (Money(1_500_00), Money(1_000_00))


async def test_a_receipt_is_charged_once_however_often_it_is_told(answer: Answer) -> None:
    receipt_id = new_id()
    first = await answer.receive("beta", 10_000_00, receipt_id=receipt_id)
    again = await answer.receive("beta", 10_000_00, receipt_id=receipt_id, by="alpha")
    assert first is not None
    assert again is not None
    assert first.id == again.id
    assert await balances(answer.world) == {"411": 1_500_00, "706": -1_500_00}


async def test_a_company_outside_the_cluster_owes_nothing(world: World, serving: Database) -> None:
    won = await win(world, serving, "alpha")
    await won.forecast(alpha=60_000_00, outside=40_000_00)
    seen = await won.seen_by("alpha")
    assert [one.party_id for one in seen.parties] == [won.parties["alpha"]]
    assert seen.forecast == Money(9_000_00)


async def test_a_new_rate_changes_no_charge_made_and_rules_later_receipts(answer: Answer) -> None:
    await answer.receive("alpha", 1_000_00)
    later = DAY + timedelta(days=30)
    await vote(answer.world, answer.serving, with_joint(bps=1_200), later)
    await answer.receive("alpha", 1_000_00, later)
    await answer.receive("alpha", 1_000_00, later - timedelta(days=1))
    seen = await answer.seen_by("alpha")
    (alpha,) = [one for one in seen.parties if one.party_id == answer.parties["alpha"]]
    charged = {(one.occurred_on, one.policy_version, one.amount) for one in alpha.charges}
    assert charged == {
        (DAY, 1, Money(150_00)),
        (later, 2, Money(120_00)),
        (later - timedelta(days=1), 1, Money(150_00)),
    }


async def test_a_credit_note_is_charged_back_at_the_original_rate(answer: Answer) -> None:
    await answer.receive("alpha", 1_000_00)
    later = DAY + timedelta(days=30)
    await vote(answer.world, answer.serving, with_joint(bps=1_200), later)
    note = await answer.receive("alpha", -400_00, later)
    assert note is not None
    assert (note.bps, note.policy_version, note.amount_cents) == (1_500, 1, -60_00)
    assert (await answer.figures("alpha"))[1:] == (90_00, 90_00, 0)
    assert await balances(answer.world) == {"411": 90_00, "706": -90_00}


async def test_a_credit_note_never_brings_the_total_below_zero(answer: Answer) -> None:
    await answer.receive("alpha", 1_000_00)
    await answer.receive("alpha", -1_500_00)
    assert (await answer.figures("alpha"))[1:] == (0, 0, 0)
    await answer.receive("alpha", 700_00)
    assert (await answer.figures("alpha"))[1:] == (30_00, 30_00, 0)
    seen = await answer.seen_by("alpha")
    flows = [line.flow_base for one in seen.parties for line in one.charges]
    assert sum(flow.amount_cents for flow in flows) == 200_00


async def test_a_credit_note_over_two_rates_makes_a_charge_for_each(answer: Answer) -> None:
    later = DAY + timedelta(days=30)
    await vote(answer.world, answer.serving, with_joint(bps=1_200), later)
    await answer.receive("alpha", 1_000_00)
    await answer.receive("alpha", 1_000_00, later)
    await answer.receive("alpha", -1_500_00, later)
    assert (await answer.figures("alpha"))[1:] == (75_00, 75_00, 0)
    assert await balances(answer.world) == {"411": 75_00, "706": -75_00}


async def test_a_receipt_of_one_cent_leaves_the_books_alone(answer: Answer) -> None:
    charge = await answer.receive("alpha", 1)
    assert charge is not None
    assert charge.amount_cents == 0
    assert await balances(answer.world) == {}


async def test_a_party_may_record_the_receipt_of_another(answer: Answer) -> None:
    await answer.receive("beta", 10_000_00, by="alpha")
    assert (await answer.figures("beta"))[1:] == (1_500_00, 1_500_00, 0)


async def test_the_award_charges_at_once_when_the_policy_says_so(
    world: World, serving: Database
) -> None:
    await vote(world, serving, with_joint(trigger=Trigger.AWARD))
    won = await win(world, serving, "alpha", "beta")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    assert await won.figures("beta") == (6_000_00, 6_000_00, 6_000_00, 0)
    assert await won.receive("beta", 40_000_00) is None
    assert (await won.figures("beta"))[2] == 6_000_00
    assert await balances(world) == {"411": 15_000_00, "706": -15_000_00}


async def test_an_amendment_charges_the_difference_at_the_first_rate(
    world: World, serving: Database
) -> None:
    await vote(world, serving, with_joint(trigger=Trigger.AWARD))
    won = await win(world, serving, "alpha", "beta", "gamma")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    later = DAY + timedelta(days=30)
    await vote(world, serving, with_joint(bps=1_000), later)
    await won.forecast(later, alpha=70_000_00, gamma=30_000_00)
    assert (await won.figures("alpha"))[:3] == (7_000_00, 10_500_00, 10_500_00)
    assert (await won.figures("beta"))[:3] == (0, 0, 0)
    assert (await won.figures("gamma"))[:3] == (3_000_00, 3_000_00, 3_000_00)


async def test_receipts_of_a_framework_are_charged_since_its_award_could_not_be(
    world: World, serving: Database
) -> None:
    await vote(world, serving, with_joint(trigger=Trigger.AWARD))
    won = await win(world, serving, "alpha", "beta")
    await won.receive("alpha", 1_000_00)
    assert await won.figures("alpha") == (0, 150_00, 150_00, 0)
    # The amount becomes known: what was charged on receipts is not charged again.
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    assert await won.figures("alpha") == (9_000_00, 150_00, 150_00, 0)
    assert await won.figures("beta") == (6_000_00, 0, 0, 0)
    await won.receive("beta", 1_000_00)
    assert await won.figures("beta") == (6_000_00, 150_00, 150_00, 0)


async def test_a_framework_keeps_its_trigger_when_its_amount_becomes_known_before_any_receipt(
    world: World, serving: Database
) -> None:
    await vote(world, serving, with_joint(trigger=Trigger.AWARD))
    won = await win(world, serving, "alpha")
    await won.framework()
    await won.framework()
    await won.forecast(alpha=60_000_00)
    assert await won.figures("alpha") == (9_000_00, 0, 0, 0)
    await won.receive("alpha", 1_000_00)
    assert await won.figures("alpha") == (9_000_00, 150_00, 150_00, 0)


async def test_an_award_keeps_its_trigger_when_the_policy_changes(answer: Answer) -> None:
    later = DAY + timedelta(days=30)
    await vote(answer.world, answer.serving, with_joint(trigger=Trigger.AWARD), later)
    await answer.forecast(later, alpha=50_000_00, beta=50_000_00)
    assert await answer.figures("beta") == (7_500_00, 0, 0, 0)
    await answer.receive("beta", 10_000_00, later)
    assert (await answer.figures("beta"))[1] == 1_500_00


async def test_without_a_policy_nothing_is_forecast_or_charged(
    world: World, serving: Database
) -> None:
    won = await win(world, serving, "alpha")
    before_the_first = date(2024, 12, 31)
    with pytest.raises(NoPolicy):
        await won.forecast(before_the_first, alpha=1)
    with pytest.raises(NoPolicy):
        await won.receive("alpha", 1, before_the_first)


async def test_a_rate_can_be_required_before_anything_is_written(
    world: World, serving: Database
) -> None:
    async with acting(serving, world.alpha) as (session, actor):
        await service.require_rate(session, actor, date(2025, 1, 1))
        with pytest.raises(NoPolicy):
            await service.require_rate(session, actor, date(2024, 12, 31))


async def test_the_default_policy_is_voted_once(answer: Answer) -> None:
    async with acting(answer.serving, answer.world.coordinator) as (session, actor):
        known = await service.ensure_default_policy(session, actor, DAY)
        assert (known.version, known.valid_from) == (1, date(2025, 1, 1))


async def test_a_repeated_forecast_charges_nothing_again(world: World, serving: Database) -> None:
    await vote(world, serving, with_joint(trigger=Trigger.AWARD))
    won = await win(world, serving, "alpha")
    await won.forecast(alpha=60_000_00)
    await won.forecast(alpha=60_000_00)
    assert await won.figures("alpha") == (9_000_00, 9_000_00, 9_000_00, 0)
    assert await balances(world) == {"411": 9_000_00, "706": -9_000_00}


async def test_a_charge_is_told_once_in_its_consortiums_name(answer: Answer) -> None:
    charge = await answer.receive("beta", 10_000_00)
    assert charge is not None
    async with answer.world.owner.transaction() as session:
        told = await session.execute(
            text(
                "SELECT data ->> 'charge_id', consortium_id FROM event"
                " WHERE type = 'charge.created' AND cluster_id = :cluster"
            ),
            {"cluster": answer.world.cluster_id},
        )
        assert [tuple(one) for one in told] == [(str(charge.id), charge.consortium_id)]
