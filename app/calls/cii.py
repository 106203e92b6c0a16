"""A call as data: Cross Industry Invoice D22B, profile EN 16931 (Factur-X 1.0)."""

from datetime import date
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]
from lxml.builder import ElementMaker  # type: ignore[import-untyped]

from app.calls.domain import Vat
from app.calls.invoice import COUNTRY, LATE, NATURE, NO_DISCOUNT, RECOVERY, Invoice, Item, Side

PROFILE = "urn:cen.eu:en16931:2017"
_UN = "urn:un:unece:uncefact"
SPACES = {
    "rsm": f"{_UN}:data:standard:CrossIndustryInvoice:100",
    "ram": f"{_UN}:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UN}:data:standard:UnqualifiedDataType:100",
    "qdt": f"{_UN}:data:standard:QualifiedDataType:100",
}
_rsm, _ram, _udt, _qdt = (ElementMaker(namespace=space, nsmap=SPACES) for space in SPACES.values())
Node: TypeAlias = Any
"""An element: lxml says nothing of its types."""
CATEGORIES = {Vat.STANDARD: "S", Vat.EXEMPT: "E", Vat.FRANCHISE: "E", Vat.OUTSIDE: "O"}
"""UNTDID 5305."""
REASONS = {
    Vat.EXEMPT: "VATEX-FR-CGI261-7",
    Vat.FRANCHISE: "VATEX-FR-FRANCHISE",
    Vat.OUTSIDE: "VATEX-EU-O",
}
SIREN, DIRECTORY, TRANSFER, ONE = "0002", "0225", "30", "C62"
"""ISO 6523 of the register of companies, and of the directory of electronic invoices; UNTDID 4461;
UN/ECE rec. 20: one piece."""
SERVICES = "S1"
"""A first invoice, of services (BT-23, XP Z12-012)."""


def xml_of(invoice: Invoice) -> bytes:
    """The XML; the same facts give the same bytes."""
    root = _rsm.CrossIndustryInvoice(
        _rsm.ExchangedDocumentContext(
            _ram.BusinessProcessSpecifiedDocumentContextParameter(_ram.ID(SERVICES)),
            _ram.GuidelineSpecifiedDocumentContextParameter(_ram.ID(PROFILE)),
        ),
        _document(invoice),
        _rsm.SupplyChainTradeTransaction(
            *(_line(invoice, at, one) for at, one in enumerate(invoice.items, 1)),
            _ram.ApplicableHeaderTradeAgreement(
                _ram.SellerTradeParty(*_party(invoice.seller), *_registration(invoice)),
                _ram.BuyerTradeParty(*_party(invoice.buyer)),
            ),
            _ram.ApplicableHeaderTradeDelivery(
                _ram.ActualDeliverySupplyChainEvent(
                    _ram.OccurrenceDateTime(_day(invoice.issued_on))
                )
            ),
            _settlement(invoice),
        ),
    )
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _document(invoice: Invoice) -> Node:
    notes = [(NATURE, None), (LATE, "PMD"), (RECOVERY, "PMT"), (NO_DISCOUNT, "AAB")]
    if invoice.reason:
        notes.append((invoice.reason, None))
    return _rsm.ExchangedDocument(
        _ram.ID(invoice.number),
        _ram.TypeCode("381" if invoice.credit else "380"),
        _ram.IssueDateTime(_day(invoice.issued_on)),
        *(
            _ram.IncludedNote(_ram.Content(said), *([_ram.SubjectCode(code)] if code else []))
            for said, code in notes
        ),
    )


def _line(invoice: Invoice, at: int, item: Item) -> Node:
    """A price is never below zero (BR-27): what is taken back is a quantity of minus one."""
    return _ram.IncludedSupplyChainTradeLineItem(
        _ram.AssociatedDocumentLineDocument(_ram.LineID(str(at))),
        _ram.SpecifiedTradeProduct(_ram.Name(item.label)),
        _ram.SpecifiedLineTradeAgreement(
            _ram.NetPriceProductTradePrice(_ram.ChargeAmount(_euros(abs(item.net_cents))))
        ),
        _ram.SpecifiedLineTradeDelivery(
            _ram.BilledQuantity("-1" if item.net_cents < 0 else "1", unitCode=ONE)
        ),
        _ram.SpecifiedLineTradeSettlement(
            _ram.ApplicableTradeTax(
                _ram.TypeCode("VAT"), _ram.CategoryCode(CATEGORIES[invoice.vat]), *_rate(invoice)
            ),
            _ram.SpecifiedTradeSettlementLineMonetarySummation(
                _ram.LineTotalAmount(_euros(item.net_cents))
            ),
        ),
    )


def _party(side: Side) -> list[Node]:
    lines = (*side.place.lines, None, None, None)[:3]
    named = zip((_ram.LineOne, _ram.LineTwo, _ram.LineThree), lines, strict=True)
    return [
        _ram.Name(side.name),
        _ram.SpecifiedLegalOrganization(_ram.ID(side.siren, schemeID=SIREN)),
        _ram.PostalTradeAddress(
            *([_ram.PostcodeCode(side.place.postcode)] if side.place.postcode else []),
            *(make(said) for make, said in named if said),
            *([_ram.CityName(side.place.city)] if side.place.city else []),
            _ram.CountryID(COUNTRY),
        ),
        _ram.URIUniversalCommunication(_ram.URIID(side.siren, schemeID=DIRECTORY)),
    ]


def _registration(invoice: Invoice) -> list[Node]:
    """Outside of the scope of VAT, no number of VAT may stand (BR-O-02)."""
    if invoice.vat == Vat.OUTSIDE:
        return []
    if invoice.vat_number is None:
        return [_ram.SpecifiedTaxRegistration(_ram.ID(invoice.seller.siren, schemeID="FC"))]
    return [_ram.SpecifiedTaxRegistration(_ram.ID(invoice.vat_number, schemeID="VA"))]


def _settlement(invoice: Invoice) -> Node:
    tax = _ram.ApplicableTradeTax(
        _ram.CalculatedAmount(_euros(invoice.vat_cents)),
        _ram.TypeCode("VAT"),
        *([_ram.ExemptionReason(invoice.mention)] if invoice.mention else []),
        _ram.BasisAmount(_euros(invoice.net_cents)),
        _ram.CategoryCode(CATEGORIES[invoice.vat]),
        *([_ram.ExemptionReasonCode(REASONS[invoice.vat])] if invoice.vat in REASONS else []),
        *_rate(invoice),
    )
    return _ram.ApplicableHeaderTradeSettlement(
        _ram.PaymentReference(invoice.reference),
        _ram.InvoiceCurrencyCode("EUR"),
        *_means(invoice),
        tax,
        _ram.SpecifiedTradePaymentTerms(_ram.DueDateDateTime(_day(invoice.due_on))),
        _ram.SpecifiedTradeSettlementHeaderMonetarySummation(
            _ram.LineTotalAmount(_euros(invoice.net_cents)),
            _ram.TaxBasisTotalAmount(_euros(invoice.net_cents)),
            _ram.TaxTotalAmount(_euros(invoice.vat_cents), currencyID="EUR"),
            _ram.GrandTotalAmount(_euros(invoice.gross_cents)),
            _ram.DuePayableAmount(_euros(invoice.gross_cents)),
        ),
        *(
            _ram.InvoiceReferencedDocument(
                _ram.IssuerAssignedID(number),
                _ram.FormattedIssueDateTime(
                    _qdt.DateTimeString(f"{issued_on:%Y%m%d}", format="102")
                ),
            )
            for number, issued_on in invoice.corrects
        ),
    )


def _means(invoice: Invoice) -> list[Node]:
    if invoice.iban is None:
        return []
    bank = _ram.PayeeSpecifiedCreditorFinancialInstitution
    return [
        _ram.SpecifiedTradeSettlementPaymentMeans(
            _ram.TypeCode(TRANSFER),
            _ram.PayeePartyCreditorFinancialAccount(_ram.IBANID(invoice.iban)),
            *([bank(_ram.BICID(invoice.bic))] if invoice.bic else []),
        )
    ]


def _rate(invoice: Invoice) -> list[Node]:
    """In percent; what is outside of the scope has none (BR-O-05)."""
    if invoice.vat == Vat.OUTSIDE:
        return []
    return [_ram.RateApplicablePercent(_euros(invoice.vat_bps))]


def _euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _day(on: date) -> Node:
    return _udt.DateTimeString(f"{on:%Y%m%d}", format="102")
