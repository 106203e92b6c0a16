"""From a dossier to what a document is made of."""

from uuid import UUID
from zoneinfo import ZoneInfo

from app.certificates.domain import Kind
from app.consortia.domain import Form, PartyRole, Scope
from app.consortia.service import Dossier
from app.consortia.split_models import LotPrice
from app.forms import Company, Facts, Lot, Part, Party
from app.forms.facts import Handed, Item, Mandate, Proof, Terms
from app.tenders.models import Lot as LotRow
from app.tenders.service import SINGLE_LOT


def facts_of(dossier: Dossier) -> Facts:
    """The facts of a joint answer, its lots in the buyer's order."""
    places = {party.id: at for at, party in enumerate(dossier.parties)}
    tender = dossier.tender
    return Facts(
        cluster=dossier.cluster.name,
        name=dossier.consortium.name,
        form=Form(dossier.consortium.form),
        tender=tender.title,
        buyer=tender.buyer,
        parties=tuple(_party(dossier, at, places) for at in range(len(dossier.parties))),
        lots=tuple(_lot(dossier, lot, places) for lot in dossier.lots),
        concession=tender.concession,
        procedure=tender.procedure,
        url=tender.url,
        deadline=(
            tender.deadline_at.astimezone(ZoneInfo(tender.deadline_zone or dossier.cluster.zone))
            if tender.deadline_at
            else None
        ),
        split_number=dossier.split.number if dossier.split else None,
    )


def _lot(dossier: Dossier, lot: LotRow, places: dict[UUID, int]) -> Lot:
    """A lot with its price and who does what of it; bare while nobody has split it."""
    undivided = lot.title == SINGLE_LOT
    price = next((one for one in dossier.prices if one.lot_id == lot.id), None)
    if price is None:
        return Lot(lot.number, lot.title, undivided=undivided)
    lines = [one for one in dossier.lines if one.lot_id == lot.id and one.party_id in places]

    def parts(item_id: UUID | None) -> tuple[Part, ...]:
        return tuple(
            Part(places[one.party_id], one.tasks, one.bps, one.amount_cents, one.mandate)
            for one in lines
            if one.item_id == item_id
        )

    return Lot(
        lot.number,
        lot.title,
        price.amount_cents,
        parts(None),
        tuple(
            Item(one.tranche, one.label, one.amount_cents, parts(one.id))
            for one in dossier.items
            if one.lot_id == lot.id
        ),
        _terms(dossier, price, places),
        undivided,
    )


def _terms(dossier: Dossier, price: LotPrice, places: dict[UUID, int]) -> Terms:
    if price.fee_bps is None and price.expenses_party_id is None:
        return Terms()
    return Terms(
        price.fee_bps,
        price.expenses_bps,
        price.expenses_cents,
        places.get(price.expenses_party_id) if price.expenses_party_id else None,
        tuple(
            Handed(places[one.party_id], one.fee_cents, one.expenses_cents)
            for one in dossier.shares
            if one.lot_id == price.lot_id and one.party_id in places
        ),
    )


def _party(dossier: Dossier, at: int, places: dict[UUID, int]) -> Party:
    party = dossier.parties[at]
    return Party(
        _company(dossier, at),
        PartyRole(party.role),
        party.tasks,
        places.get(party.works_for) if party.works_for else None,
        party.payment_direct,
        party.payment_terms,
        tuple(
            Proof(
                Kind(one.kind),
                one.title,
                one.issuer,
                one.number,
                one.valid_from,
                one.valid_until,
            )
            for one in dossier.certificates
            if one.member_id == party.member_id
        ),
        tuple(
            Mandate(frozenset(map(Scope, one.scope)), one.valid_from, one.valid_until)
            for one in dossier.mandates
            if one.party_id == party.id
        ),
    )


def _company(dossier: Dossier, at: int) -> Company:
    party = dossier.parties[at]
    if party.member_id is None:
        siren = party.company_siret[:9] if party.company_siret else None
        return Company(party.company_name or "", siren, party.company_siret)
    found = dossier.companies[party.member_id]
    return Company(
        found.name,
        found.siren,
        found.siret,
        found.legal_form,
        found.address,
        found.city,
        found.headcount,
        tuple(found.skills),
    )
