"""What a step still needs: all of it, on the day of the deadline, with its articles."""

from typing import Any

import pytest

from tests.certificates.steps import add
from tests.consortia.steps import Bid, lacking, ok, refused, write_tender
from tests.consortia.test_parties import outside, take_in, undertaken
from tests.world import Person, World


async def forming(world: World, **rules: Any) -> Bid:
    """Alpha and beta on a tender that closes on 20 March 2026, and what its documents say."""
    tender = await write_tender(world, lots=1)
    if rules:
        answer = await world.alpha.put(f"/v1/tenders/{tender['id']}/rules", rules, 1)
        assert answer.status_code == 204, answer.text
    return await Bid.form(tender, world.alpha, world.beta)


async def agreed(world: World, **rules: Any) -> Bid:
    bid = await forming(world, **rules)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.agree()
    return bid


async def missing(bid: Bid, step: str = "submit", **query: str) -> list[str]:
    shown = ok(await bid.lead.get(f"{bid.path}/readiness", step=step, **query), 200)
    assert shown["ready"] == (not any(one["blocking"] for one in shown["missing"]))
    return [one["code"] for one in shown["missing"]]


async def mandate(bid: Bid, person: Person, **kw: Any) -> Any:
    body = {"scope": ["application", "bid"], "valid_from": "2026-03-01", **kw}
    return await person.post(f"{bid.party(person)}/mandates", body)


async def test_a_proposal_is_told_all_that_is_missing_at_once(world: World) -> None:
    bid = await forming(world)
    await bid.invite(world.gamma)
    expected = ["invitation_pending", "split_missing"]
    assert await missing(bid, "propose") == expected
    lacking(await world.alpha.post(f"{bid.path}/agreements"), *expected)


async def test_the_lead_signs_alone_with_every_mandate_r2142_23(world: World) -> None:
    bid = await agreed(world)
    alone = {"submitted_at": "2026-03-02T09:00:00Z", "signed_by": "lead"}
    assert await missing(bid) == []
    assert await missing(bid, signed_by="lead") == ["mandate_missing"]
    problem = lacking(await world.alpha.post(f"{bid.path}/submissions", alone), "mandate_missing")
    assert "R2142-23" in problem["detail"]
    ok(await mandate(bid, world.beta, scope=["contract"]))
    ok(await mandate(bid, world.beta, valid_until="2026-03-19"))
    assert await missing(bid, signed_by="lead") == ["mandate_missing"]
    given = ok(await mandate(bid, world.beta, valid_until="2026-03-20"))
    assert await missing(bid, signed_by="lead") == []
    ok(await world.beta.post(f"{bid.party(world.beta)}/mandates/{given['id']}/endings"))
    assert await missing(bid, signed_by="lead") == ["mandate_missing"]
    ok(await mandate(bid, world.beta))
    assert ok(await world.alpha.post(f"{bid.path}/submissions", alone))["signed_by"] == "lead"


async def test_a_mandate_is_its_companys_word_with_its_own_signed_file(world: World) -> None:
    bid = await forming(world)
    body = {"scope": ["bid"], "valid_from": "2026-03-01"}
    address = f"{bid.party(world.beta)}/mandates"
    refused(await world.alpha.post(address, body), 403, "not_your_party")
    own = f"{bid.party(world.alpha)}/mandates"
    refused(await world.alpha.post(own, body), 409, "mandate_of_the_lead")
    backwards = {**body, "valid_until": "2026-02-28"}
    refused(await world.beta.post(address, backwards), 422, "invalid")
    power = await add(world.beta, kind="signing_power")
    other = await add(world.alpha, kind="signing_power")
    for wrong in (other, await add(world.beta)):
        named = {**body, "certificate_id": wrong["id"]}
        refused(await world.beta.post(address, named), 422, "not_signing_power")
    named = {**body, "certificate_id": power["id"]}
    assert ok(await world.beta.post(address, named))["certificate_id"] == power["id"]


async def test_who_lends_its_means_undertakes_it_before_the_application_r2142_3(
    world: World,
) -> None:
    bid = await forming(world)
    address = await take_in(bid, member_id=world.gamma.member, role="relied_upon")
    ok(await world.gamma.post(f"{address}/acceptances"))
    applied = {"submitted_at": "2026-03-02T09:00:00Z"}
    problem = lacking(
        await world.alpha.post(f"{bid.path}/applications", applied), "undertaking_missing"
    )
    assert "R2142-3" in problem["detail"]
    await undertaken(world.gamma, address)
    again = {"text": "Encore.", "signed_on": "2026-03-01"}
    refused(await world.gamma.post(f"{address}/undertakings", again), 409, "already_undertaken")
    ok(await world.alpha.post(f"{bid.path}/applications", applied))


async def test_the_word_of_a_company_from_outside_needs_its_evidence(world: World) -> None:
    bid = await forming(world)
    address = await take_in(bid, outside=outside())
    body = {"scope": ["bid"], "valid_from": "2026-03-01"}
    refused(await world.alpha.post(f"{address}/mandates", body), 409, "invitation_pending")
    ok(await world.alpha.post(f"{address}/acceptances"))
    refused(await world.alpha.post(f"{address}/mandates", body), 422, "evidence_missing")
    ok(await world.alpha.post(f"{address}/mandates", {**body, "evidence": "Pouvoir du 1er mars"}))
    undertaking = {"text": "X", "signed_on": "2026-03-01", "evidence": "Lettre"}
    answer = await world.alpha.post(f"{address}/undertakings", undertaking)
    assert "R2193-1" in refused(answer, 409, "nothing_to_undertake")["title"]


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "code"),
    [
        ("2026-01-01", "2026-03-20", None),
        ("2026-01-01", "2026-03-19", "certificate_expired"),
        ("2026-01-01", None, None),
        (None, None, "certificate_missing"),
    ],
)
async def test_certificates_hold_on_the_deadline_not_today(
    world: World, valid_from: str | None, valid_until: str | None, code: str | None
) -> None:
    bid = await agreed(world, asked=["tax"])
    await add(world.alpha, kind="tax")
    if valid_from:
        given = {"valid_from": valid_from, "valid_until": valid_until}
        await add(world.beta, kind="tax", audience="partners", **given)
    assert await missing(bid) == ([code] if code else [])
    if code:
        assert "R2143-3" in lacking(await bid.submit(), code)["detail"]
    else:
        ok(await bid.submit())


async def test_what_a_company_keeps_to_itself_is_missing_to_its_partners(world: World) -> None:
    bid = await agreed(world, asked=["tax"])
    await add(world.alpha, kind="tax")
    await add(world.beta, kind="tax", audience="company")
    assert await missing(bid) == ["certificate_missing"]
    shown = ok(await world.beta.get(f"{bid.path}/proofs"), 200)
    assert [one["proof"] for one in shown["items"]] == ["valid", "valid"]


async def test_a_reserved_lot_is_answered_by_who_proves_one_of_its_kinds_l2113_12(
    world: World,
) -> None:
    tender = await write_tender(world, lots=2)
    first, second = (lot["id"] for lot in tender["lots"])
    rules = {"reserved": [{"lot_id": first, "kinds": ["insertion", "adapted"]}]}
    answer = await world.alpha.put(f"/v1/tenders/{tender['id']}/rules", rules, 1)
    assert answer.status_code == 204
    bid = await Bid.form(tender, world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.agree()
    await add(world.alpha, kind="adapted", audience="cluster")
    problem = lacking(await bid.submit(), "certificate_missing")
    assert "L2113-12" in problem["detail"]
    cells = ok(await world.alpha.get(f"{bid.path}/proofs"), 200)["items"]
    assert {(one["party_id"], one["lot_id"], one["proof"]) for one in cells} == {
        (bid.parties[world.alpha.member], first, "valid"),
        (bid.parties[world.beta.member], first, "missing"),
    }
    assert second not in {one["lot_id"] for one in cells}


async def test_certificates_of_a_company_from_outside_are_to_be_looked_at(world: World) -> None:
    bid = await forming(world, asked=["tax"])
    for person in (world.alpha, world.beta):
        await add(person, kind="tax", audience="cluster")
    address = await take_in(bid, outside=outside())
    ok(await world.alpha.post(f"{address}/acceptances"))
    ok(await bid.write(bid.shares(5_000, 3_000, 2_000)), 200)
    agreement = await bid.propose()
    for person in (world.alpha, world.beta):
        ok(await person.post(f"{agreement}/approvals"))
    body = {"party_id": address.rsplit("/", 1)[-1], "evidence": "Lettre"}
    ok(await world.alpha.post(f"{agreement}/outside-approvals", body))
    assert await missing(bid) == ["certificate_unknown"]
    ok(await bid.submit())


async def test_a_company_that_dropped_out_stops_the_next_bid_until_it_is_settled_r2142_26(
    world: World,
) -> None:
    bid = await agreed(world)
    ok(await bid.submit())
    failure = {"kind": "withdrawal", "reason": "Non.", "on_day": "2026-03-02"}
    ok(await world.beta.post(f"{bid.party(world.beta)}/failures", failure))
    ok(await world.alpha.post(f"{bid.path}/rounds", {"ground": "negotiation", "reason": "Tour 1"}))
    await bid.agree()
    assert "R2142-26" in lacking(await bid.submit(), "failure_unsettled")["detail"]


async def test_the_form_and_the_reason_of_a_group_are_written_under_its_version(
    world: World,
) -> None:
    bid = await forming(world)
    form = {"form": "conjoint_liable_lead", "form_at_award": "solidaire", "justification": "Ainsi."}
    version = await bid.version()
    refused(await world.beta.put(f"{bid.path}/form", form, version), 403, "not_lead")
    ok(await world.alpha.put(f"{bid.path}/form", form, version), 200)
    refused(await world.alpha.put(f"{bid.path}/form", form, version), 412, "stale_version")
    shown = ok(await world.beta.get(bid.path), 200)
    assert {name: shown[name] for name in form} == form
    seen = ok(await world.coordinator.get(bid.path), 200)
    assert (seen["form_at_award"], seen["justification"]) == ("solidaire", None)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.propose()
    version = await bid.version()
    refused(await world.alpha.put(f"{bid.path}/form", form, version), 409, "split_frozen")
