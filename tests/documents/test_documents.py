"""Documents over HTTP: issued from the newest split, kept as they are, signed by each party."""

import asyncio
from hashlib import sha256
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.certificates.steps import add
from tests.consortia.steps import EURO, Bid, ok, refused, submitted, write_tender
from tests.documents.steps import SIGNED, ask, issue, read, sign
from tests.world import World


async def written(world: World, *shares: int) -> Bid:
    """Alpha and beta on two lots, with a split."""
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(*(shares or (6_000, 4_000)))), 200)
    return bid


async def test_an_agreement_is_issued_read_and_signed_by_each(world: World) -> None:
    bid = await written(world)
    issued = await issue(world.alpha, bid)
    assert (issued["number"], issued["split_number"], issued["signed_by"]) == (1, 1, [])
    path = f"{bid.path}/documents/{issued['id']}"
    answer = await world.beta.get(f"{path}/file")
    assert sha256(answer.content).hexdigest() == issued["file"]["sha256"]
    assert len(answer.content) == issued["file"]["size"]
    name = 'attachment; filename="agreement-v1.pdf"'
    assert answer.headers["content-disposition"] == name
    text = await read(world.beta, bid, issued)
    assert issued["content_sha256"] in text
    assert "60 000,00 €" in text
    assert "Alpha" in text
    assert "Exploitation d’une salle de musiques actuelles" in text
    first = ok(await sign(world.beta, bid, issued), 200)
    assert first["file"]["sha256"] == sha256(SIGNED).hexdigest()
    ok(await sign(world.alpha, bid, issued, SIGNED + b"."), 200)
    shown = ok(await world.viewer.get(path), 200)
    assert shown["signed_by"] == [bid.parties[one.member] for one in (world.beta, world.alpha)]
    signatures = ok(await world.viewer.get(f"{path}/signatures"), 200)["items"]
    assert signatures[0] == first
    file = await world.alpha.get(f"{path}/signatures/{first['id']}/file")
    assert (file.status_code, file.content) == (200, SIGNED)


async def test_versions_are_numbered_by_what_they_are_of_and_listed(world: World) -> None:
    bid = await written(world)
    lots = [{"lot_id": lot} for lot in bid.lots]
    found = [
        await issue(world.alpha, bid),
        await issue(world.contributor, bid, "attri1", **lots[0]),
        await issue(world.beta, bid, "attri1", **lots[1]),
        await issue(world.beta, bid, "attri1", **lots[0]),
        await issue(world.beta, bid),
    ]
    assert [one["number"] for one in found] == [1, 1, 1, 2, 2]
    page = ok(await world.beta.get(f"{bid.path}/documents", limit=3), 200)
    assert page["items"] == found[:1:-1]
    cursor = page["next_cursor"]
    rest = ok(await world.beta.get(f"{bid.path}/documents", limit=3, cursor=cursor), 200)
    assert rest == {"items": found[1::-1], "next_cursor": None}


async def test_every_kind_says_what_it_is_for(world: World) -> None:
    bid = await written(world)
    party = {"party_id": bid.parties[world.beta.member]}
    for kind, of, title in (
        ("agreement", {}, "Convention de groupement"),
        ("dc1", {}, "formulaire DC1"),
        ("dc2", party, "formulaire DC2"),
        ("attri1", {"lot_id": bid.lots[1]}, "formulaire ATTRI1"),
        ("summary", {}, "Document interne"),
    ):
        text = await read(world.alpha, bid, await issue(world.alpha, bid, kind, **of))
        assert title in text
        priced = kind in {"agreement", "attri1", "summary"}
        assert ("40 000,00 €" in text or "80 000,00 €" in text) is priced


async def test_domain_5_15_a_declaration_shows_what_holds_on_the_deadline_and_is_not_kept_private(
    world: World,
) -> None:
    bid = await written(world)
    await add(world.beta, kind="tax", number="T-HOLDS", valid_until="2026-03-20")
    await add(world.beta, kind="tax", number="T-OVER", valid_until="2026-03-19")
    await add(world.beta, kind="esus", number="E-PRIVATE", audience="company")
    for person in (world.alpha, world.beta):
        issued = await issue(person, bid, "dc2", party_id=bid.parties[world.beta.member])
        text = await read(person, bid, issued)
        assert "T-HOLDS" in text
        assert "T-OVER" not in text
        assert "E-PRIVATE" not in text


async def test_a_subcontractor_is_declared_by_whom_it_works_for(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    asked = {
        "outside": {"name": "Sono Mobile", "siret": "73282932000074"},
        "role": "subcontractor",
        "tasks": "Sonorisation",
        "subcontract": {
            "works_for": bid.parties[world.beta.member],
            "payment_direct": True,
            "payment_terms": "À trente jours, par virement.",
        },
    }
    party = ok(await world.alpha.post(f"{bid.path}/parties", asked))["id"]
    accepted = {"evidence": "Lettre du 1er mars."}
    ok(await world.alpha.post(f"{bid.path}/parties/{party}/acceptances", accepted))
    body = bid.shares(5_000, 3_000)
    body["lots"][0]["lines"].append({"party_id": party, "bps": 2_000})
    ok(await bid.write(body), 200)
    declared = await issue(world.beta, bid, "dc4", party_id=party)
    text = await read(world.beta, bid, declared)
    for one in ("formulaire DC4", "Sono Mobile", "20 000,00 €", "À trente jours", "Beta"):
        assert one in text
    for other in (bid.parties[world.alpha.member], bid.parties[world.beta.member]):
        refused(await ask(world.alpha, bid, "dc4", party_id=other), 422, "not_a_subcontractor")
    agreed = await read(world.alpha, bid, await issue(world.alpha, bid))
    assert "(sous-traitant de Beta)" in agreed
    assert agreed.count("Signature et cachet") == 2
    refused(await sign(world.alpha, bid, declared), 409, "not_to_sign")
    ok(await sign(world.beta, bid, declared), 200)
    refused(await sign(world.beta, bid, declared, party_id=party), 403, "not_lead")
    ok(await sign(world.alpha, bid, declared, party_id=party), 200)
    wrong = bid.parties[world.beta.member]
    refused(
        await sign(world.alpha, bid, await issue(world.alpha, bid), party_id=wrong),
        409,
        "not_outside",
    )


async def test_tranches_items_the_leads_fee_and_common_expenses_are_shown(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    alpha, beta = (bid.parties[one.member] for one in (world.alpha, world.beta))
    shared = [{"party_id": alpha, "bps": 7_500}, {"party_id": beta, "bps": 2_500}]
    own = {"party_id": beta, "bps": 10_000, "tasks": "Captation"}
    priced = {"amount": {"amount_cents": 10_000 * EURO}}
    body = {
        "lot_id": bid.lots[0],
        "items": [
            {"tranche": 0, "label": "Régie", "lines": shared, **priced},
            {"tranche": 2, "lines": [own], **priced},
        ],
        "lead_fee": {"bps": 300},
        "common_expenses": {"manager_id": beta, "bps": 100},
    }
    ok(await bid.write({"lots": [body]}), 200)
    text = await read(world.alpha, bid, await issue(world.alpha, bid))
    for said in (
        "Lot n° 1 – Lot 1 – tranche ferme, Régie",
        "tranche optionnelle 2",
        "1 Alpha – 75,00 % 7 500,00 €",
        "2 Beta Captation 100,00 % 10 000,00 €",
        "Total du lot n° 1 100,00 % 20 000,00 €",
        "2 Beta 62,50 % 12 500,00 €",
        "rémunération du Mandataire de 3,00 % de chaque Part",
        "dépenses communes de 1,00 % de chaque Part, compte tenu par Beta",
        "2 Beta 12 500,00 € 375,00 € 125,00 €",
    ):
        assert said in text
    committed = await read(
        world.alpha, bid, await issue(world.alpha, bid, "attri1", lot_id=bid.lots[0])
    )
    assert "tranche optionnelle 2" in committed
    assert "375,00 €" not in committed


async def test_a_document_says_whether_the_split_changed_since(world: World) -> None:
    bid = await written(world)
    issued = await issue(world.alpha, bid)
    path = f"{bid.path}/documents/{issued['id']}"
    assert ok(await world.alpha.get(path), 200)["split_changed"] is False
    ok(await bid.write(bid.shares(5_000, 5_000)), 200)
    assert ok(await world.alpha.get(path), 200)["split_changed"] is True
    again = await issue(world.alpha, bid)
    assert (again["number"], again["split_number"], again["split_changed"]) == (2, 2, False)
    assert "60 000,00 €" in await read(world.alpha, bid, issued)
    assert "50 000,00 €" in await read(world.alpha, bid, again)


async def test_nothing_is_issued_of_what_is_not_there(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta, lots=None)
    refused(await ask(world.alpha, bid, "agreement"), 409, "split_missing")
    own = bid.parties[world.beta.member]
    other = await submitted(world)
    for kind, of, code in (
        ("attri1", {}, "of_what"),
        ("dc2", {}, "of_what"),
        ("agreement", {"lot_id": bid.lots[0]}, "of_what"),
        ("dc1", {"party_id": own}, "of_what"),
        ("attri1", {"lot_id": other.lots[0], "party_id": own}, "of_what"),
    ):
        refused(await ask(world.alpha, bid, kind, **of), 422, code)
    declared = await issue(world.alpha, bid, "dc2", party_id=own)
    assert declared["split_number"] is None
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    refused(await ask(world.alpha, bid, "attri1", lot_id=other.lots[0]), 422, "lot_not_answered")
    stranger = other.parties[world.beta.member]
    refused(await ask(world.alpha, bid, "dc2", party_id=stranger), 422, "unknown_party")


async def test_what_was_signed_stays_and_the_same_bytes_again_change_nothing(world: World) -> None:
    bid = await written(world)
    issued = await issue(world.alpha, bid)
    first = ok(await sign(world.alpha, bid, issued), 200)
    assert ok(await sign(world.alpha, bid, issued), 200) == first
    refused(await sign(world.alpha, bid, issued, SIGNED + b"."), 409, "signed_file_there")
    refused(await sign(world.beta, bid, issued, b"MZ"), 422, "file_not_accepted")
    assert ok(await world.alpha.get(f"{bid.path}/documents/{issued['id']}"), 200)["signed_by"] == [
        bid.parties[world.alpha.member]
    ]


async def test_a_summary_is_signed_by_nobody_and_a_declaration_by_its_company(
    world: World,
) -> None:
    bid = await written(world)
    refused(
        await sign(world.alpha, bid, await issue(world.alpha, bid, "summary")), 409, "not_to_sign"
    )
    own = {"party_id": bid.parties[world.beta.member]}
    declared = await issue(world.alpha, bid, "dc2", **own)
    refused(await sign(world.alpha, bid, declared), 409, "not_to_sign")
    ok(await sign(world.beta, bid, declared), 200)


async def test_a_retry_issues_once(world: World) -> None:
    bid = await written(world)
    body = {"kind": "summary"}
    first = await world.alpha.post(f"{bid.path}/documents", body, key="k")
    again = await world.alpha.post(f"{bid.path}/documents", body, key="k")
    assert ok(first) == ok(again)
    assert len(ok(await world.alpha.get(f"{bid.path}/documents"), 200)["items"]) == 1


async def test_nobody_issues_more_than_can_be_found_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.documents.domain.MOST_DOCUMENTS", 1)
    bid = await written(world)
    await issue(world.alpha, bid, "summary")
    refused(await ask(world.alpha, bid, "dc1"), 409, "too_many_documents")


async def test_markup_in_what_people_wrote_is_drawn_as_it_is(world: World) -> None:
    bid = await Bid.form(
        await write_tender(world, lots=1), world.alpha, name='#import "x" $y$ \\ {mandataire}'
    )
    body = bid.shares(10_000, amount=1_000 * EURO)
    body["lots"][0]["lines"][0]["tasks"] = "= *Titre* #panic() <a>"
    ok(await bid.write(body), 200)
    text = await read(world.alpha, bid, await issue(world.alpha, bid))
    assert '#import "x" $y$ \\ {mandataire}' in text
    assert "= *Titre* #panic() <a>" in text


async def test_a_document_is_kept_as_it_was_issued_whatever_becomes_of_names(world: World) -> None:
    bid = await written(world)
    issued = await issue(world.alpha, bid)
    change = {"on": "2026-03-02", "name": "Bêta nouvelle"}
    ok(await world.beta.post(f"/v1/members/{world.beta.member}/changes", change))
    assert "Bêta nouvelle" not in await read(world.alpha, bid, issued)
    assert "Bêta nouvelle" in await read(world.alpha, bid, await issue(world.alpha, bid))


async def test_a_file_is_a_pdf_that_tells_its_title_and_language(world: World) -> None:
    bid = await written(world)
    issued = await issue(world.alpha, bid)
    answer = await world.alpha.get(f"{bid.path}/documents/{issued['id']}/file")
    read_back = PdfReader(BytesIO(answer.content))
    assert read_back.metadata is not None
    assert read_back.metadata.title == (
        "Convention de groupement momentané d’entreprises – Groupement"
    )
    assert str(read_back.root_object["/Lang"]) == "fr-FR"


async def test_documents_that_are_issued_at_once_have_a_number_each(world: World) -> None:
    bid = await written(world)
    people = (world.alpha, world.beta, world.contributor) * 2
    found = await asyncio.gather(*(issue(person, bid, "summary") for person in people))
    assert sorted(one["number"] for one in found) == [1, 2, 3, 4, 5, 6]
