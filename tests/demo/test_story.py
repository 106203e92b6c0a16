"""The whole story end to end, as people of the demo see it."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.demo.companies import COORDINATOR, TREASURER
from app.demo.story import FORGE_AWARDED
from tests.demo.conftest import Town
from tests.world import NOW

pytestmark = pytest.mark.xdist_group("demo")


async def test_the_winners_carry_out_their_contract(town: Town) -> None:
    won = await town.consortium(TREASURER, "Les Forgerons du son")
    path = f"/v1/consortia/{won['id']}/contracts"
    (signed,) = (await town.get(TREASURER, path))["items"]
    shown = await town.get(TREASURER, f"{path}/{signed['id']}")
    assert shown["total"]["amount_cents"] == FORGE_AWARDED * 100
    (amended,) = (await town.get(TREASURER, f"{path}/{signed['id']}/amendments"))["items"]
    assert amended["article"] == "R3135-7"
    billed = (await town.get(TREASURER, f"{path}/{signed['id']}/invoices"))["items"]
    assert [one["state"] for one in billed] == ["submitted", "approved"]


async def test_every_state_of_a_joint_answer_is_there(town: Town) -> None:
    items = (await town.get(COORDINATOR, "/v1/consortia"))["items"]
    states = sorted(item["state"] for item in items)
    assert states == ["agreed", "forming", "lost", "proposed", "running", "won"]


async def test_a_venue_is_run_under_a_concession_with_its_figures_against_the_forecast(
    town: Town,
) -> None:
    """As of 2 March 2026 the concession is sixteen months old: the year before is told of."""
    venue = await town.consortium(TREASURER, "Les Gens du quai")
    path = f"/v1/consortia/{venue['id']}/concession"
    terms = await town.get(TREASURER, path)
    assert (terms["months"], terms["company"]["name"]) == (72, "SCIC du Quai")
    forecast = (await town.get(TREASURER, f"{path}/forecast"))["years"]
    assert all(one["result"]["amount_cents"] > 0 for one in forecast)
    told = (await town.get(TREASURER, f"{path}/years"))["items"]
    assert [one["year"] for one in told] == [2024, 2025]
    assert all(one["result"]["difference"]["amount_cents"] < 0 for one in told)
    reports = (await town.get(TREASURER, f"{path}/reports"))["items"]
    assert [(one["year"], one["handed_in_on"], one["late"]) for one in reports] == [
        (2024, "2025-05-23", False),
        (2025, None, False),
        (2026, None, False),
    ]


async def test_a_group_is_told_what_its_bid_still_needs(town: Town) -> None:
    who = "passement@furan.example"
    group = await town.consortium(who, "Trame et lumière")
    shown = await town.get(who, f"/v1/consortia/{group['id']}/readiness?step=submit")
    assert [one["code"] for one in shown["missing"]] == ["certificate_expired"]


async def test_a_split_goes_by_tranche_and_work_item_in_its_second_version(town: Town) -> None:
    lead = "puits@furan.example"
    found = await town.consortium(lead, "Sud-Est en récits")
    split = await town.get(lead, f"/v1/consortia/{found['id']}/split")
    first = split["lots"][0]
    assert (split["number"], first["lead_fee"]) == (2, {"bps": 300})
    assert [item["tranche"] for item in first["items"]] == [0, 0, 1]
    amounts = [part["amount"]["amount_cents"] for part in first["parts"]]
    assert sum(amounts) == first["amount"]["amount_cents"] == 39_000_00
    path = f"/v1/consortia/{found['id']}/splits/2/changes"
    (changed,) = (await town.get(lead, path))["lots"]
    assert changed["difference"]["amount_cents"] == 1_000_00


async def test_rivals_do_not_see_each_other(town: Town) -> None:
    for own, other in (("passement", "tram"), ("tram", "passement")):
        mine = (await town.get(f"{own}@furan.example", "/v1/consortia"))["items"]
        theirs = (await town.get(f"{other}@furan.example", "/v1/consortia"))["items"]
        assert len(mine) == len(theirs) == 1
        headers = await town.sign_in(f"{own}@furan.example")
        answer = await town.client.get(f"/v1/consortia/{theirs[0]['id']}", headers=headers)
        assert answer.status_code == 404


async def test_a_corrected_notice_moves_the_deadline_of_those_who_follow(town: Town) -> None:
    items = (await town.get(COORDINATOR, "/v1/tenders"))["items"]
    moved = next(item for item in items if item["title"].startswith("Captation"))
    assert (moved["deadline"]["at"], moved["version"]) == ("2026-04-05T10:00:00Z", 2)


async def test_some_are_told_what_their_searches_found_and_what_befell_what_they_follow(
    town: Town,
) -> None:
    told = (await town.get(COORDINATOR, "/v1/alerts"))["items"]
    assert {one["kind"] for one in told} == {"match", "deadline_moved", "result_published"}
    own = (await town.get("plomb@furan.example", "/v1/alerts"))["items"]
    assert {one["search_name"] for one in own if one["search_name"]} == {
        "Spectacle et culture, Loire et alentour",
        "Son et lumière, sans nettoyage",
    }


async def test_two_of_them_find_a_mail_in_the_folder_that_says_why(town: Town) -> None:
    written = {mail["To"]: mail for mail in map(read_mail, town.mails)}
    assert set(written) == {COORDINATOR, "plomb@furan.example"}
    text = written["plomb@furan.example"].get_content()
    assert "Trouvé par «\u00a0Son et lumière, sans nettoyage\u00a0»" in text
    assert "Pourquoi\u00a0: «\u00a0" in text
    assert text.count("Captation et diffusion audiovisuelle") == 1
    assert "Avis rectificatif" in text


def read_mail(path: Path) -> EmailMessage:
    """A mail that was written into the folder."""
    return message_from_bytes(path.read_bytes(), policy=policy.default)


async def test_thirteen_notices_and_a_correction_arrive(town: Town) -> None:
    notices = (await town.get(COORDINATOR, "/v1/notices?limit=100"))["items"]
    entries = [{one["id"], *(sibling["id"] for sibling in one["siblings"])} for one in notices]
    assert len(set().union(*entries)) == 14
    assert len(entries) == 12  # two calls were corrected or awarded: one entry each
    overseas = next(one for one in notices if "océan Indien" in one["title"])
    assert overseas["deadline"]["zone"] == "Indian/Reunion"


async def test_three_searches_have_live_matches(town: Town) -> None:
    for email in (COORDINATOR, "motifs@furan.example", "plomb@furan.example"):
        searches = (await town.get(email, "/v1/saved-searches"))["items"]
        own = [one for one in searches if (one["member_id"] is None) == (email == COORDINATOR)]
        assert len(own) == 1
        path = f"/v1/saved-searches/{own[0]['id']}/matches"
        matches = (await town.get(email, path))["items"]
        assert matches
        assert {one["lapsed_at"] for one in matches} == {None}
        assert all(one["why"]["words"] or one["why"]["cpv"] for one in matches)
        assert {one["state"] for one in matches} <= {"new", "followed"}


async def test_a_company_would_join_and_some_have_voted(town: Town) -> None:
    items = (await town.get("recits@furan.example", "/v1/candidacies"))["items"]
    assert [(one["name"], one["state"]) for one in items] == [("La Rotonde des Makers", "open")]
    seen = await town.get("recits@furan.example", f"/v1/candidacies/{items[0]['id']}")
    assert (len(seen["voters"]), seen["tally"]) == (5, None)


async def test_the_watch_tells_what_is_likely_to_be_renewed(town: Town) -> None:
    renewals = (await town.get(COORDINATOR, "/v1/renewals"))["items"]
    assert [(one["source_id"].partition("/")[2], one["ends_on"]) for one in renewals] == [
        ("2022-014", "2026-08-02"),
        # Prolonged by six months.
        ("2023-031", "2027-05-02"),
    ]
    assert all(one["call_from"] <= one["call_to"] < one["ends_on"] for one in renewals)


async def test_companies_prove_what_they_are_and_one_is_behind(town: Town) -> None:
    who = "crassier@furan.example"
    company = (await town.get(who, "/v1/me"))["member_id"]
    listed = await town.get(who, f"/v1/certificates?member_id={company}&kind=social")
    (behind,) = listed["items"]
    assert behind["valid_until"] < NOW.date().isoformat()
    labels = await town.get(TREASURER, "/v1/certificates")
    assert {one["kind"] for one in labels["items"]} == {"qualiopi", "esus"}


async def test_who_won_has_issued_an_agreement_that_its_parties_read(town: Town) -> None:
    partner = "plomb@furan.example"
    won = await town.consortium(partner, "Les Forgerons du son")
    path = f"/v1/consortia/{won['id']}/documents"
    issued = (await town.get(partner, path))["items"]
    assert {one["kind"] for one in issued} == {"agreement", "dc1", "summary"}
    assert not any(one["split_changed"] for one in issued)
    assert (await town.get(COORDINATOR, path))["items"] == []
