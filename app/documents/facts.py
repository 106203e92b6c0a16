"""From a dossier to what a document is made of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.certificates.domain import Kind
from app.consortia.domain import Form, PartyRole, Scope
from app.consortia.service import Dossier
from app.consortia.split_models import LotPrice, SplitItem, SplitLine, SplitPart
from app.forms import Company, Facts, Lot, Part, Party
from app.forms.facts import Handed, Item, Mandate, Proof, Terms
from app.tenders.models import Lot as LotRow
from app.tenders.service import SINGLE_LOT


def facts_of(dossier: Dossier) -> Facts:
    """The facts of a joint answer, its lots in the buyer's order."""
    places = {party.id: at for at, party in enumerate(dossier.parties)}
    tender = dossier.tender
    split = _Split.of(dossier, places)
    return Facts(
        cluster=dossier.cluster.name,
        name=dossier.consortium.name,
        form=Form(dossier.consortium.form),
        tender=tender.title,
        buyer=tender.buyer,
        parties=tuple(_party(dossier, at, places) for at in range(len(dossier.parties))),
        lots=tuple(_lot(lot, split) for lot in dossier.lots),
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


@dataclass(frozen=True, slots=True)
class _Split:
    """The newest split by lot, and its lines by lot and item: there are thousands of them."""

    prices: Mapping[UUID, LotPrice]
    items: Mapping[UUID, Sequence[SplitItem]]
    lines: Mapping[tuple[UUID, UUID | None], Sequence[SplitLine]]
    shares: Mapping[UUID, Sequence[SplitPart]]
    places: Mapping[UUID, int]

    @classmethod
    def of(cls, dossier: Dossier, places: Mapping[UUID, int]) -> Self:
        """That of a dossier, as far as its parties are there still."""
        items: dict[UUID, list[SplitItem]] = defaultdict(list)
        lines: dict[tuple[UUID, UUID | None], list[SplitLine]] = defaultdict(list)
        shares: dict[UUID, list[SplitPart]] = defaultdict(list)
        for item in dossier.items:
            items[item.lot_id].append(item)
        for line in dossier.lines:
            if line.party_id in places:
                lines[line.lot_id, line.item_id].append(line)
        for share in dossier.shares:
            if share.party_id in places:
                shares[share.lot_id].append(share)
        return cls({one.lot_id: one for one in dossier.prices}, items, lines, shares, places)

    def parts(self, lot_id: UUID, item_id: UUID | None) -> tuple[Part, ...]:
        """Who does what of a lot, or of an item of it."""
        return tuple(
            Part(self.places[one.party_id], one.tasks, one.bps, one.amount_cents, one.mandate)
            for one in self.lines.get((lot_id, item_id), ())
        )


def _lot(lot: LotRow, split: _Split) -> Lot:
    """A lot with its price and who does what of it; bare while nobody has split it."""
    undivided = lot.title == SINGLE_LOT
    price = split.prices.get(lot.id)
    if price is None:
        return Lot(lot.number, lot.title, undivided=undivided)
    items = tuple(
        Item(one.tranche, one.label, one.amount_cents, split.parts(lot.id, one.id))
        for one in split.items.get(lot.id, ())
    )
    whole = split.parts(lot.id, None)
    terms = _terms(price, split)
    return Lot(lot.number, lot.title, price.amount_cents, whole, items, terms, undivided)


def _terms(price: LotPrice, split: _Split) -> Terms:
    if price.fee_bps is None and price.expenses_party_id is None:
        return Terms()
    return Terms(
        price.fee_bps,
        price.expenses_bps,
        price.expenses_cents,
        split.places.get(price.expenses_party_id) if price.expenses_party_id else None,
        tuple(
            Handed(split.places[one.party_id], one.fee_cents, one.expenses_cents)
            for one in split.shares.get(price.lot_id, ())
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
