"""What each document says, read back from its PDF."""

import re
from dataclasses import replace
from datetime import date

import pytest

from app.certificates.domain import Kind as Proofs
from app.consortia.domain import Form, Scope
from app.forms import Clause, Facts, Kind, draw, unknown_placeholders
from app.forms.facts import Mandate, Proof
from app.forms.placeholders import filled
from tests.forms.paper import drawn, pages, words
from tests.forms.samples import NAMES, facts, large, lot, parties

_AMOUNT = re.compile(r"\d,\d\d €")


def bid(form: Form = Form.CONJOINT) -> Facts:
    """Three companies on three lots."""
    return facts(
        form=form,
        parties=parties(NAMES[:3]),
        lots=tuple(lot(at, 1_000_001 * at, 3, f"Territoire {at}") for at in (1, 2, 3)),
        concession=False,
    )


async def test_an_agreement_has_its_parties_articles_annex_and_a_page_for_each_signature() -> None:
    found = pages((await drawn(Kind.AGREEMENT, facts())).pdf)
    text = " ".join(found)
    assert "Groupement conjoint avec mandataire solidaire" in text
    assert "Article 1 – Objet" in text
    assert "2.1 Les Ateliers Bobine : – reçoit ; – transmet." in text
    assert "le lot n° 1 (Salle de concerts) de Ville de Saint-Étienne" in text
    assert "Les Ateliers Bobine 30,00 %" in text
    assert "735 000,00 €" in text
    assert "100,00 % 2 450 000,00 €" in text
    for name in NAMES:
        assert sum(f"Signature – {name}" in page for page in found) == 1
    assert all(f"{at}/{len(found)}" in page for at, page in enumerate(found, start=1))


async def test_every_page_bears_the_group_the_version_the_day_and_the_hash() -> None:
    done = await drawn(Kind.AGREEMENT, facts())
    for page in pages(done.pdf):
        assert "Les Forgerons du son" in page
        assert "version 2" in page
        assert "Établi le 2 mars 2026" in page
        assert done.content_hash.hex() in page


async def test_the_letter_of_candidature_names_who_does_what_and_no_price() -> None:
    text = words((await drawn(Kind.CANDIDACY, bid())).pdf)
    for heading in "ABCDEFG":
        assert f"{heading} – " in text
    for name in NAMES[:3]:
        assert text.count(name) >= 5
    assert "Territoire 3" in text
    assert _AMOUNT.search(text) is None


async def test_a_deed_of_commitment_is_of_one_lot_and_leaves_the_vat() -> None:
    text = words((await drawn(Kind.COMMITMENT, bid(), lot=1)).pdf)
    assert "20 000,02 €" in text
    assert "Lot n° 2 – Territoire 2" in text
    assert "Territoire 3" not in text
    assert "Taux de la TVA Montant de la TVA" in text


async def test_a_lot_without_amount_is_drawn_with_its_shares() -> None:
    framework = facts(lots=(lot(1, None, 5),))
    for kind, places in ((Kind.AGREEMENT, {}), (Kind.COMMITMENT, {"lot": 0}), (Kind.SUMMARY, {})):
        text = words((await drawn(kind, framework, **places)).pdf)
        assert _AMOUNT.search(text) is None
        assert "2 450 000" not in text
    shares = words((await drawn(Kind.COMMITMENT, framework, lot=0)).pdf)
    assert "30,00 % – 2 Plomb & Fils" in shares
    assert "Montant hors taxes Taux" in shares


async def test_a_declaration_is_of_one_company_and_names_no_price() -> None:
    text = words((await drawn(Kind.DECLARATION, facts(), party=1)).pdf)
    assert "Plomb & Fils" in text
    assert "732 829 320 00074" in text
    assert "14 équivalents temps plein" in text
    assert "Captation, studio de répétition" in text
    assert "Bellevue" not in text
    assert _AMOUNT.search(text) is None


async def test_a_declaration_says_what_its_company_proves_on_the_deadline() -> None:
    proofs = (
        Proof(Proofs.SOCIAL, None, "URSSAF", "A-17", date(2026, 1, 1), date(2026, 6, 30)),
        Proof(Proofs.ESUS, None, None, None, date(2025, 1, 1), None),
        Proof(Proofs.QUALIFICATION, "Qualibat 1234", None, None, date(2025, 1, 1), None),
    )
    own, other = parties(NAMES[:2])
    given = facts(parties=(own, replace(other, proofs=proofs)), lots=(lot(1, 100_00, 2),))
    text = words((await drawn(Kind.DECLARATION, given, party=1)).pdf)
    assert "(URSSAF) URSSAF, A-17 du 1er janvier 2026 au 30 juin 2026" in text
    assert text.count("Qualibat 1234") == 2
    assert text.count("×") == 1
    assert "A-17" not in words((await drawn(Kind.DECLARATION, given, party=0)).pdf)


async def test_r2142_23_a_box_is_ticked_when_every_other_member_mandates_the_lead() -> None:
    none = frozenset[Scope]()
    bids, contracts = none | {Scope.BID}, none | {Scope.BID, Scope.CONTRACT}
    lead, one, two = parties(NAMES[:3])
    given = bid()
    for scopes, ticked in (((contracts, bids), 2), ((contracts, contracts), 3), ((bids, none), 1)):
        signed = [
            replace(party, mandates=(Mandate(scope, date(2026, 3, 1), None),))
            for party, scope in zip((one, two), scopes, strict=True)
        ]
        text = words((await drawn(Kind.CANDIDACY, replace(given, parties=(lead, *signed)))).pdf)
        assert text.count("×") == ticked


async def test_a_contract_that_is_in_no_lots_is_called_none() -> None:
    whole = facts(lots=(replace(lot(1, 100_000_00, 5, "Marché unique"), undivided=True),))
    for kind, places in (
        (Kind.AGREEMENT, {}),
        (Kind.CANDIDACY, {}),
        (Kind.COMMITMENT, {"lot": 0}),
        (Kind.DECLARATION, {"party": 1}),
        (Kind.SUMMARY, {}),
    ):
        text = words((await drawn(kind, whole, **places)).pdf)
        assert "n° 1" not in text, kind
        assert "Marché unique" not in text, kind


async def test_a_summary_is_one_page() -> None:
    found = pages((await drawn(Kind.SUMMARY, facts())).pdf)
    assert len(found) == 1
    assert "Document interne au groupement" in found[0]


@pytest.mark.parametrize("kind", [Kind.AGREEMENT, Kind.CANDIDACY])
async def test_twenty_five_parties_on_thirty_lots_stay_legible(kind: Kind) -> None:
    found = pages((await drawn(kind, large())).pdf)
    assert len(found) <= 70
    head = "Entreprise Prestations"
    full = [page for page in found if "Lot n° " in page and "territoire" in page and head in page]
    assert len(full) >= 20
    grid = [page for page in found if "Lot 30" in page and "Lot 1" in page]
    assert grid
    assert sum(page.count("Signature et cachet") for page in found) == 25


def test_placeholders_are_filled_once_and_unknown_ones_are_told() -> None:
    named = facts(name="{mandataire}")
    assert filled("{nom_du_groupement} / {mandataire} / {inconnu}", named) == (
        "{mandataire} / Les Ateliers Bobine / {inconnu}"
    )
    assert unknown_placeholders("{lots} {prix} { lots }") == ["prix", " lots "]
    assert filled("{forme} {lots}", large()).endswith("28, 29 et 30")


def test_a_dash_begins_an_item_and_an_empty_line_a_paragraph() -> None:
    clause = Clause("a", "Titre", "Un :\n- deux ;\n– trois.\n\n- quatre.\n\nCinq\nsix.")
    paper = draw(Kind.AGREEMENT, facts(), clauses=[clause])
    (article,) = [one for one in paper.blocks if one.kind == "article"]
    said = [(one.number, one.text, one.items) for one in article.paragraphs]  # type: ignore[union-attr]
    assert said == [("1.1", "Un :", ("deux ;", "trois.", "quatre.")), ("1.2", "Cinq six.", ())]
