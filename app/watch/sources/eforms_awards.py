"""Who won what: LotResult → LotTender → TenderingParty → Organization, by their identifiers."""

from dataclasses import dataclass
from datetime import date

from app.watch.domain import Award
from app.watch.sources.eforms_lots import EXTENSION
from app.watch.sources.tree import find, money, siret, text, texts

WON = ("", "selec-w")
"""Results of a lot in which someone was chosen (BT-142); older notices leave it out."""


@dataclass(frozen=True, slots=True)
class _Company:
    name: str
    siret: str | None


def companies(notice: list[object]) -> dict[str, object]:
    """The companies of a notice by their identifier, and by that of each of their contacts."""
    known: dict[str, object] = {}
    for one in find(notice, *EXTENSION, "efac:Organizations", "efac:Organization"):
        for company in find(one, "efac:Company"):
            for place in ("efac:Company", "efac:TouchPoint"):
                for number in texts(one, place, "cac:PartyIdentification", "cbc:ID"):
                    known.setdefault(number, company)
    return known


def awards(notice: list[object], known: dict[str, object]) -> tuple[Award, ...]:
    """The winners of each lot that has some, in the order of the results."""
    result = find(notice, *EXTENSION, "efac:NoticeResult")
    tenders = _by_id(find(result, "efac:LotTender"))
    parties = _by_id(find(result, "efac:TenderingParty"))
    contracts = _by_id(find(result, "efac:SettledContract"))
    found = []
    for one in find(result, "efac:LotResult"):
        if text(one, "cbc:TenderResultCode") not in WON:
            continue
        for number, contract in _winning(one, tenders, contracts).items():
            tender = tenders[number]
            lot = text(one, "efac:TenderLot", "cbc:ID") or text(tender, "efac:TenderLot", "cbc:ID")
            winners = _winners(tender, parties, known)
            if winners:
                found.append(_award(tender, winners, lot, contract))
    return tuple(dict.fromkeys(found))


def _by_id(nodes: list[object]) -> dict[str, object]:
    return {number: node for node in nodes if (number := text(node, "cbc:ID"))}


def _winning(
    result: object, tenders: dict[str, object], contracts: dict[str, object]
) -> dict[str, object]:
    """The tenders of a lot that won, each with its contract, if any.

    All those received may be listed: the ones that a contract names have won, else the first of
    those that are ranked.
    """
    listed = [one for one in texts(result, "efac:LotTender", "cbc:ID") if one in tenders]
    signed: dict[str, object] = {}
    for number in texts(result, "efac:SettledContract", "cbc:ID"):
        contract = contracts.get(number)
        for tender in texts(contract, "efac:LotTender", "cbc:ID"):
            if tender in listed:
                signed.setdefault(tender, contract)
    if signed:
        return signed
    return {one: None for one in listed if text(tenders[one], "cbc:RankCode") in ("", "1")}


def _winners(
    tender: object, parties: dict[str, object], known: dict[str, object]
) -> list[_Company]:
    """The companies behind a tender, the leader of a group first."""
    party = parties.get(text(tender, "efac:TenderingParty", "cbc:ID"))
    members = find(party, "efac:Tenderer")
    members.sort(key=lambda one: text(one, "efbc:GroupLeadIndicator") != "true")
    found = []
    for member in members:
        company = known.get(text(member, "cbc:ID"))
        name = text(company, "cac:PartyName", "cbc:Name")
        if name:
            number = siret(text(company, "cac:PartyLegalEntity", "cbc:CompanyID"))
            found.append(_Company(name, number))
    return found


def _award(tender: object, winners: list[_Company], lot: str, contract: object) -> Award:
    amounts = find(tender, "cac:LegalMonetaryTotal", "cbc:PayableAmount")
    return Award(
        winner=", ".join(one.name for one in winners),
        lot=lot or None,
        winner_siret=winners[0].siret,
        amount=next((sum_ for amount in amounts if (sum_ := money(amount))), None),
        concluded_on=_day(text(contract, "cbc:IssueDate")),
    )


def _day(written: str) -> date | None:
    """The day of signature (BT-145); 1900 and 2099 hold the place of an unknown one."""
    try:
        day = date.fromisoformat(written[:10])
    except ValueError:
        return None
    return day if 1990 <= day.year < 2090 else None
