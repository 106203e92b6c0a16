"""Subcontractors, companies relied upon and companies from outside the cluster, over HTTP."""

from typing import Any

import pytest
from stdnum import luhn

from tests.consortia.steps import EURO, Bid, ok, refused, write_tender
from tests.world import Person, World

TASKS = "Location de matériel de sonorisation"


def outside(siren: str = "44306184") -> dict[str, str]:
    """A company that nobody in the cluster knows; its numbers check."""
    siren += luhn.calc_check_digit(siren)
    siret = f"{siren}0004"
    return {"name": "Sonorisation du Forez SARL", "siret": siret + luhn.calc_check_digit(siret)}


async def bid_of_two(world: World) -> Bid:
    return await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)


async def take_in(bid: Bid, **asked: Any) -> str:
    """The lead asks a company in; gives the address of its party."""
    party = ok(await bid.lead.post(f"{bid.path}/parties", asked))
    bid.parties[asked.get("member_id", party["id"])] = party["id"]
    return f"{bid.path}/parties/{party['id']}"


def terms(bid: Bid, **kw: Any) -> dict[str, Any]:
    """A subcontractor of who came in last is paid by the buyer."""
    works_for = bid.parties[[bid.lead, *bid.others][-1].member]
    return {"works_for": works_for, "payment_terms": "30 jours", **kw}


async def subcontracted(bid: Bid, person: Person) -> str:
    body = {"role": "subcontractor", "tasks": TASKS, "subcontract": terms(bid)}
    address = await take_in(bid, member_id=person.member, **body)
    ok(await person.post(f"{address}/acceptances"))
    await undertaken(person, address)
    return address


async def undertaken(person: Person, address: str, **kw: Any) -> None:
    """The company undertakes in writing."""
    body = {"text": "Nous réaliserons ces prestations.", "signed_on": "2026-03-01", **kw}
    ok(await person.post(f"{address}/undertakings", body))


async def test_a_subcontractor_is_presented_with_its_work_and_its_terms_of_payment(
    world: World,
) -> None:
    bid = await bid_of_two(world)
    bare = {"member_id": world.gamma.member, "role": "subcontractor"}
    problem = refused(
        await world.alpha.post(f"{bid.path}/parties", bare), 422, "subcontractor_undescribed"
    )
    assert [one["pointer"] for one in problem["errors"]] == ["/subcontract", "/tasks"]
    assert "R2193-1" in problem["title"]
    strange = {**bare, "tasks": TASKS, "subcontract": terms(bid, works_for="par_" + "0" * 32)}
    problem = refused(await world.alpha.post(f"{bid.path}/parties", strange), 422, "unknown_party")
    assert "L2193-1" in problem["detail"]
    holder = {"member_id": world.gamma.member, "subcontract": terms(bid)}
    refused(await world.alpha.post(f"{bid.path}/parties", holder), 422, "subcontractor_undescribed")


async def test_a_subcontractor_has_a_part_and_neither_sees_nor_approves_the_prices(
    world: World,
) -> None:
    bid = await bid_of_two(world)
    await subcontracted(bid, world.gamma)
    ok(await bid.write(bid.shares(5_000, 3_000, 2_000)), 200)
    shown = ok(await world.gamma.get(bid.path), 200)
    assert [party["member_id"] for party in shown["parties"]] == [world.gamma.member]
    refused(await world.gamma.get(f"{bid.path}/split"), 404, "not_found")
    refused(await world.gamma.post(f"{bid.path}/agreements"), 403, "not_lead")
    version = await bid.version()
    answer = await world.gamma.put(f"{bid.path}/split", bid.shares(1, 1, 9_998), version)
    refused(answer, 403, "not_party")
    address = await bid.propose()
    refused(await world.gamma.post(f"{address}/approvals"), 403, "not_party")
    for person in (world.alpha, world.beta):
        ok(await person.post(f"{address}/approvals"))
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "agreed"


async def test_what_a_subcontractor_gets_is_in_the_hundred_percent_and_not_in_the_base(
    world: World,
) -> None:
    bid = await bid_of_two(world)
    await subcontracted(bid, world.gamma)
    ok(await bid.write(bid.shares(5_000, 3_000, 2_000)), 200)
    await bid.agree()
    ok(await bid.submit())
    parts = ok(await bid.award(amount=100_000 * EURO))["parts"]
    assert [one["amount"]["amount_cents"] for one in parts] == [5_000_000, 3_000_000, 2_000_000]
    assert (await bid.contribution())["forecast"]["amount_cents"] == 1_200_000
    ok(await bid.receive(world.gamma, 2_000_000, "S1", by=world.alpha))
    ok(await bid.receive(world.beta, 3_000_000, "F1"))
    assert (await bid.contribution())["due"]["amount_cents"] == 450_000


async def test_a_company_works_for_several_rivals_as_long_as_it_holds_nothing(world: World) -> None:
    tender = await write_tender(world, lots=1, several_bids="forbidden")
    first = await Bid.form(tender, world.alpha, world.beta)
    second = await Bid.form(tender, world.delta)
    for bid in (first, second):
        await subcontracted(bid, world.gamma)
    third = await Bid.form(tender, world.gamma)
    assert third.body["state"] == "forming"


async def test_a_subcontractor_comes_and_goes_by_its_own_word(world: World) -> None:
    bid = await bid_of_two(world)
    address = await subcontracted(bid, world.gamma)
    refused(await world.alpha.post(f"{address}/withdrawals"), 409, "already_joined")
    assert ok(await world.gamma.post(f"{address}/withdrawals"))["left_at"]
    refused(await world.gamma.get(bid.path), 404, "not_found")
    again = await subcontracted(bid, world.gamma)
    assert again != address


async def test_a_company_relied_upon_lends_its_means_and_has_no_part(world: World) -> None:
    bid = await bid_of_two(world)
    address = await take_in(bid, member_id=world.gamma.member, role="relied_upon")
    ok(await world.gamma.post(f"{address}/acceptances"))
    refused(await bid.write(bid.shares(5_000, 3_000, 2_000)), 422, "unknown_party")
    del bid.parties[world.gamma.member]
    ok(await bid.write(bid.shares(5_000, 5_000)), 200)
    await bid.agree()


async def test_the_lead_records_the_word_of_a_company_from_outside(world: World) -> None:
    bid = await bid_of_two(world)
    address = await take_in(bid, outside=outside())
    refused(await world.beta.post(f"{address}/acceptances"), 403, "not_invited")
    ok(await world.alpha.post(f"{address}/acceptances"))
    ok(await bid.write(bid.shares(5_000, 3_000, 2_000)), 200)
    agreement = await bid.propose()
    for person in (world.alpha, world.beta):
        ok(await person.post(f"{agreement}/approvals"))
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "proposed"
    party = address.rsplit("/", 1)[-1]
    body = {"party_id": party, "evidence": "Lettre signée du 1er mars 2026."}
    refused(await world.beta.post(f"{agreement}/outside-approvals", body), 403, "not_lead")
    own = {**body, "party_id": bid.parties[world.beta.member]}
    refused(await world.alpha.post(f"{agreement}/outside-approvals", own), 409, "not_outside")
    shown = ok(await world.alpha.post(f"{agreement}/outside-approvals", body))
    assert shown["evidence"] == "Lettre signée du 1er mars 2026."
    refused(await world.alpha.post(f"{agreement}/outside-approvals", body), 409, "not_proposed")
    ok(await bid.submit())
    ok(await bid.award(amount=100_000 * EURO))
    assert (await bid.contribution())["forecast"]["amount_cents"] == 1_200_000


async def test_a_company_from_outside_declines_or_leaves_as_the_lead_records(world: World) -> None:
    bid = await bid_of_two(world)
    address = await take_in(bid, outside=outside())
    ok(await world.alpha.post(f"{address}/refusals"))
    again = await take_in(bid, outside=outside())
    refused(
        await world.alpha.post(f"{bid.path}/parties", {"outside": outside()}), 409, "party_exists"
    )
    ok(await world.alpha.post(f"{again}/acceptances"))
    refused(await world.beta.post(f"{again}/withdrawals"), 403, "not_your_party")
    ok(await world.alpha.post(f"{again}/withdrawals"))
    parties = ok(await world.alpha.get(bid.path), 200)["parties"]
    assert len(parties) == 2


@pytest.mark.parametrize("role", ["lead", "co_contractor"])
async def test_a_company_from_outside_never_leads(world: World, role: str) -> None:
    bid = await bid_of_two(world)
    answer = await world.alpha.post(f"{bid.path}/parties", {"outside": outside(), "role": role})
    assert (answer.status_code == 201) == (role != "lead")


async def test_a_company_of_the_cluster_is_not_from_outside(world: World) -> None:
    bid = await bid_of_two(world)
    members = ok(await world.alpha.get("/v1/members"), 200)["items"]
    beta = next(one for one in members if one["id"] == world.beta.member)
    siret = f"{beta['siren']}0001"
    known = {"name": beta["name"], "siret": siret + luhn.calc_check_digit(siret)}
    refused(
        await world.alpha.post(f"{bid.path}/parties", {"outside": known}), 409, "outside_is_member"
    )
    wrong = {"name": "X", "siret": "12345678901234"}
    refused(await world.alpha.post(f"{bid.path}/parties", {"outside": wrong}), 422, "invalid_siren")
    both = {"outside": outside(), "member_id": world.gamma.member}
    assert (await world.alpha.post(f"{bid.path}/parties", both)).status_code == 422
