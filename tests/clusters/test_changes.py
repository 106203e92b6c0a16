"""What a company is called, and where it sits, since when."""

import asyncio

from stdnum import luhn

from tests.clusters.steps import TODAY
from tests.consortia.steps import ok, refused
from tests.world import World


def siret(siren: str, office: int = 1) -> str:
    """A SIRET of that SIREN with a right check digit."""
    stem = f"{siren}{office:04d}"
    return stem + luhn.calc_check_digit(stem)


async def test_a_company_moves_and_takes_another_name_and_its_past_is_kept(world: World) -> None:
    address = f"/v1/members/{world.alpha.member}"
    siren = ok(await world.alpha.get(address), 200)["siren"]
    first = {
        "on": "2026-02-01",
        "siret": f"{siren[:3]} {siren[3:6]} {siren[6:]} {siret(siren)[9:]}",
        "city": "Firminy",
        "address": "3 rue de la Ville",
    }
    ok(await world.alpha.post(f"{address}/changes", first))
    second = {"on": TODAY, "name": "Alpha Deux", "legal_form": "SCIC", "siret": siret(siren, 2)}
    change = ok(await world.coordinator.post(f"{address}/changes", {**second, "reason": "AG"}))
    assert change["fields"]["name"] == {"before": "Alpha", "after": "Alpha Deux"}
    assert change["fields"]["siret"] == {"before": siret(siren), "after": siret(siren, 2)}
    seen = ok(await world.beta.get(address), 200)
    assert (seen["name"], seen["siret"], seen["city"], seen["siren"]) == (
        "Alpha Deux",
        siret(siren, 2),
        "Firminy",
        siren,
    )
    past = ok(await world.beta.get(f"{address}/changes"), 200)["items"]
    assert [(one["on"], one["reason"]) for one in past] == [("2026-02-01", None), (TODAY, "AG")]


async def test_what_is_given_as_null_goes_and_what_is_left_out_stays(world: World) -> None:
    address = f"/v1/members/{world.alpha.member}"
    ok(await world.alpha.post(f"{address}/changes", {"on": TODAY, "city": "Firminy"}))
    ok(await world.alpha.post(f"{address}/changes", {"on": TODAY, "city": None}))
    seen = ok(await world.alpha.get(address), 200)
    assert (seen["city"], seen["name"]) == (None, "Alpha")
    same = await world.alpha.post(f"{address}/changes", {"on": TODAY, "name": "Alpha"})
    refused(same, 422, "nothing_changes")


async def test_only_its_manager_and_the_coordinator_change_a_company(world: World) -> None:
    body = {"on": TODAY, "name": "Autre"}
    address = f"/v1/members/{world.alpha.member}/changes"
    for person in (world.beta, world.contributor, world.viewer, world.treasurer):
        refused(await person.post(address, body), 403, "forbidden")


async def test_a_siret_of_another_siren_is_refused_and_so_is_another_siren(world: World) -> None:
    address = f"/v1/members/{world.alpha.member}"
    siren = ok(await world.alpha.get(address), 200)["siren"]
    foreign = ok(await world.alpha.get(f"/v1/members/{world.beta.member}"), 200)["siren"]
    wrong_check = siret(siren)[:13] + str((int(siret(siren)[13]) + 1) % 10)
    for number in (siret(foreign), wrong_check):
        answer = await world.alpha.post(f"{address}/changes", {"on": TODAY, "siret": number})
        refused(answer, 422, "invalid_siren")
    for body in (
        {"on": TODAY, "siren": foreign},
        {"on": TODAY, "state": "active"},
        {"on": TODAY},
        {"on": TODAY, "name": None},
        {"on": TODAY, "name": " "},
        {"on": "2026-03-05", "name": "Demain"},
    ):
        refused(await world.alpha.post(f"{address}/changes", body), 422, "invalid")


async def test_changes_are_told_in_the_order_of_their_days(world: World) -> None:
    address = f"/v1/members/{world.alpha.member}/changes"
    ok(await world.alpha.post(address, {"on": TODAY, "name": "Nouveau"}))
    refused(await world.alpha.post(address, {"on": "2026-01-01", "name": "Ancien"}), 422, "invalid")


async def test_two_changes_at_once_are_both_told(world: World) -> None:
    address = f"/v1/members/{world.alpha.member}/changes"
    answers = await asyncio.gather(
        *(world.alpha.post(address, {"on": TODAY, "name": name}) for name in ("Un", "Deux"))
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    past = ok(await world.alpha.get(address), 200)["items"]
    assert past[1]["fields"]["name"]["before"] == past[0]["fields"]["name"]["after"]


async def test_la_postes_own_rule_holds_and_numbers_are_stored_bare(world: World) -> None:
    body = {
        "name": "La Poste, agence d'essai",
        "siren": "356 000 000",
        # Its digits sum to fifteen: wrong by Luhn, right by La Poste's rule.
        "siret": "356\u202f000\u202f000\u202f00001",
    }
    admitted = ok(await world.coordinator.post("/v1/members", body))
    assert (admitted["siren"], admitted["siret"]) == ("356000000", "35600000000001")
    address = f"/v1/members/{admitted['id']}/changes"
    wrong = await world.coordinator.post(address, {"on": TODAY, "siret": "35600000000002"})
    refused(wrong, 422, "invalid_siren")
