"""The library of clauses: shipped, edited by the coordinator as versions, chosen by a lead."""

import pytest

from app.consortia.domain import Form
from app.documents import domain
from app.forms import unknown_placeholders
from tests.consortia.steps import Bid, ok, refused, write_tender
from tests.documents.steps import edit, issue, read
from tests.world import World

PATH = "/v1/clauses"
BODY = {"title": "Objet", "text": "Répondre à {lots}.", "position": 20}


@pytest.mark.parametrize("clause", domain.shipped().values(), ids=lambda clause: clause.key)
def test_a_shipped_clause_can_be_signed_as_it_is(clause: domain.LibraryClause) -> None:
    assert clause.title
    assert len(clause.text) > 150
    assert clause.text.endswith((".", ";", "!"))
    assert unknown_placeholders(clause.title + clause.text) == []


@pytest.mark.parametrize("form", list(Form))
def test_each_form_has_all_that_an_agreement_must_say(form: Form) -> None:
    """DOMAIN 3: the clauses of an agreement, and those for a cluster."""
    titles = [one.title for one in domain.in_agreement(domain.library([]), form, None)]
    assert len(titles) == len(set(titles))
    for title in (
        *("Définitions", "Objet et durée", "Forme du Groupement", "Missions du Mandataire"),
        *("Rémunération du Mandataire", "Obligations des Membres", "Compte de dépenses communes"),
        *("Facturation et paiement", "Garanties dues à l'Acheteur", "Assurances", "Pénalités"),
        *("Responsabilité entre les Membres", "Confidentialité et concurrence"),
        *("Défaillance d'un Membre ou du Mandataire", "Exclusivité par lot"),
        *("Départ avant la remise de l'Offre", "Contribution due au Regroupement"),
        *("Coût d'une Offre non retenue", "Fin de la convention", "Droit applicable et litiges"),
        *(
            "Répartition des prestations et des prix",
            "Prestations supplémentaires ou modificatives",
        ),
    ):
        assert title in titles


async def test_an_edit_is_a_new_version_and_the_old_ones_are_kept(world: World) -> None:
    shipped = ok(await world.viewer.get(PATH), 200)["items"]
    assert {one["version"] for one in shipped} == {0}
    first = await edit(world, "objet")
    second = await edit(world, "objet", version=1, text="Répondre, à {acheteur}.")
    assert (first["version"], second["version"]) == (1, 2)
    assert second["edited_at"] == "2026-03-02T09:00:00Z"
    listed = ok(await world.viewer.get(PATH), 200)["items"]
    assert [one["id"] for one in listed] == [one["id"] for one in shipped]
    assert [one for one in listed if one["version"]] == [second]
    versions = ok(await world.viewer.get(f"{PATH}/objet/versions"), 200)["items"]
    assert versions[:2] == [second, first]
    assert versions[2] == next(one for one in shipped if one["id"] == "objet")


async def test_a_version_that_was_not_read_is_not_written_over(world: World) -> None:
    await edit(world, "objet")
    stale = await world.coordinator.put(f"{PATH}/objet", BODY, 0)
    refused(stale, 412, "stale_version")
    headers = world.coordinator.headers()
    blind = await world.client.put(f"{PATH}/objet", json=BODY, headers=headers)
    refused(blind, 428, "version_required")


async def test_a_cluster_adds_a_clause_of_its_own_in_its_place(world: World) -> None:
    await edit(world, "charte", title="Charte", text="Celle de {regroupement}.", position=25)
    keys = [one["id"] for one in ok(await world.viewer.get(PATH), 200)["items"]]
    assert keys.index("objet") + 1 == keys.index("charte")
    refused(await world.viewer.get(f"{PATH}/nulle/versions"), 404, "not_found")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"text": "Le prix est de {prix}."}, "unknown_placeholder"),
        ({"title": "{nimporte}"}, "unknown_placeholder"),
        ({"text": ""}, "invalid"),
        ({"forms": []}, "invalid"),
        ({"forms": ["autre"]}, "invalid"),
        ({"position": 0}, "invalid"),
        ({"version": 3}, "invalid"),
        ({"text": "a\u202eb"}, "invalid"),
    ],
)
async def test_a_clause_that_cannot_be_is_refused(
    world: World, wrong: dict[str, object], code: str
) -> None:
    answer = await world.coordinator.put(f"{PATH}/objet", {**BODY, **wrong}, 0)
    refused(answer, 422, code)


async def test_nobody_but_the_coordinator_edits(world: World) -> None:
    for name in ("alpha", "treasurer", "auditor", "viewer"):
        answer = await world.people[name].put(f"{PATH}/objet", BODY, 0)
        refused(answer, 403, "forbidden")


async def test_a_library_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.domain.MOST_CLAUSES", len(domain.shipped()))
    refused(await world.coordinator.put(f"{PATH}/charte", BODY, 0), 409, "too_many_clauses")
    await edit(world, "objet")


async def test_a_lead_chooses_and_the_agreement_has_those_in_order(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    path = f"{bid.path}/clauses"
    default = ok(await world.beta.get(path), 200)
    assert default["version"] == 0
    keys = [one["id"] for one in default["items"]]
    assert "forme_conjoint" in keys
    assert "forme_solidaire" not in keys
    assert "societe_dediee" not in keys
    wanted = {"clause_ids": ["societe_dediee", "objet"]}
    chosen = ok(await world.alpha.put(path, wanted, 0), 200)
    assert [one["id"] for one in chosen["items"]] == ["objet", "societe_dediee"]
    assert ok(await world.beta.get(path), 200) == chosen
    await edit(world, "objet", text="À nous {lots}.", title="But")
    text = await read(world.beta, bid, await issue(world.beta, bid))
    assert "Article 1 – But" in text
    assert "À nous les lots n° 1 et 2." in text
    assert "Article 2 – Société dédiée" in text
    assert "Article 3" not in text


async def test_a_choice_is_the_leads_and_of_clauses_that_there_are(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    path = f"{bid.path}/clauses"
    body = {"clause_ids": ["objet"]}
    refused(await world.beta.put(path, body, 0), 403, "not_lead")
    refused(await world.gamma.put(path, body, 0), 404, "not_found")
    for wrong in ("nulle", "forme_solidaire"):
        answer = await world.alpha.put(path, {"clause_ids": ["objet", wrong]}, 0)
        told = refused(answer, 422, "unknown_clause")
        assert [one["pointer"] for one in told["errors"]] == ["/clause_ids/1"]
    ok(await world.alpha.put(path, body, 0), 200)
    refused(await world.alpha.put(path, body, 0), 412, "stale_version")


async def test_another_cluster_has_its_own_library(world: World, other_world: World) -> None:
    await edit(world, "objet")
    listed = ok(await other_world.coordinator.get(PATH), 200)["items"]
    assert {one["version"] for one in listed} == {0}
