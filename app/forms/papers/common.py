"""What several documents show alike."""

from app.consortia.domain import Form, PartyRole, Scope
from app.forms.blocks import Block, Checks, Column, Fields, Para, Row, Table
from app.forms.facts import Company, Facts, Lot, Party
from app.forms.words import ROLES, euros, instant, one_line, percent, percents, siren, siret, until
from app.kernel.money import BPS_WHOLE

SCOPES = {
    Scope.APPLICATION: "la candidature",
    Scope.BID: "l'offre et ses versions successives",
    Scope.CONTRACT: "le contrat",
    Scope.EXECUTION: "les modifications du contrat et les actes de son exécution",
}
TO_SIGN = (("Nom et prénom du signataire", None), ("Qualité", None))


def lot_name(lot: Lot) -> str:
    """``Lot n° 2 – Son et lumière``; a contract that is in no lots is none."""
    if lot.undivided:
        return "Ensemble du contrat, non alloti"
    return one_line(f"Lot n° {lot.number} – {lot.title}")


def identity(company: Company) -> tuple[tuple[str, str | None], ...]:
    """Who a company is; what is not declared is left to be filled."""
    place = ", ".join(one for one in (company.address, company.city) if one)
    return (
        ("Dénomination sociale", company.name),
        ("Forme juridique", company.legal_form),
        ("SIREN", siren(company.siren)),
        ("SIRET", siret(company.siret)),
        ("Adresse", place or None),
    )


def answered(facts: Facts) -> Fields:
    """What the group answers, lot by lot."""
    if any(lot.undivided for lot in facts.lots):
        return Fields((("Contrat", "l'ensemble des prestations : le contrat n'est pas alloti"),))
    return Fields(tuple((f"Lot n° {lot.number}", lot.title) for lot in facts.lots))


def buyer_fields(facts: Facts) -> Fields:
    """Who asks."""
    return Fields((("Acheteur", facts.buyer),))


def consultation(facts: Facts) -> Fields:
    """What is asked, until when."""
    rows: list[tuple[str, str | None]] = [("Intitulé de la consultation", facts.tender)]
    if facts.procedure:
        rows.append(("Procédure", facts.procedure))
    rows.append(("Nature du contrat", "Concession" if facts.concession else "Marché public"))
    if facts.deadline:
        rows.append(("Date limite de réception", instant(facts.deadline)))
    if facts.url:
        rows.append(("Documents de la consultation", facts.url))
    return Fields(tuple(rows))


def form_checks(facts: Facts) -> Checks:
    """How the parties are bound to the buyer (CCP R2142-20, R2142-24)."""
    liable = facts.form == Form.CONJOINT_LIABLE_LEAD
    return Checks(
        (
            (facts.form != Form.SOLIDAIRE, "Groupement conjoint"),
            (liable, "le mandataire du groupement conjoint est solidaire de chacun des membres"),
            (facts.form == Form.SOLIDAIRE, "Groupement solidaire"),
        )
    )


def members_table(facts: Facts) -> Table:
    """The companies of the group, numbered as elsewhere in the document."""
    return Table(
        (
            Column("N°", 0, "center"),
            Column("Entreprise", 8),
            Column("SIRET (ou SIREN)", 0),
            Column("Qualité", 3),
            Column("Rôle dans le groupement", 6),
        ),
        tuple(
            Row(
                (
                    str(place),
                    _who(party.company),
                    siret(party.company.siret) or siren(party.company.siren) or "–",
                    ROLES[party.role],
                    party.tasks or ("Coordination" if party.role == PartyRole.LEAD else "–"),
                )
            )
            for place, party in enumerate(facts.holders, start=1)
        ),
    )


def _who(company: Company) -> str:
    """A name, and under it what is declared of its form and its place."""
    declared = (company.legal_form, company.address, company.city)
    place = ", ".join(one_line(one) for one in declared if one)
    return f"{one_line(company.name)}\n{place}" if place else one_line(company.name)


def mandates(facts: Facts) -> list[Block]:
    """What the members let the lead sign, ticked where each of them does; who does, and when.

    Form DC1, G; a lead signs alone only with the mandate of each (CCP R2142-23).
    """
    rows = tuple(
        Row(
            (
                one_line(party.company.name),
                ", ".join(SCOPES[scope] for scope in Scope if scope in one.scope),
                until(one.valid_from, one.valid_until),
            )
        )
        for party in facts.holders
        for one in party.mandates
    )
    ticks = Checks(
        tuple((facts.mandated(scope), f"pour signer {SCOPES[scope]}") for scope in Scope)
    )
    if not rows:
        return [ticks]
    columns = (Column("Membre", 5), Column("Habilitation pour", 6), Column("Valable", 5))
    return [ticks, Para("Habilitations remises au mandataire :"), Table(columns, rows)]


def others(facts: Facts) -> list[Block]:
    """Who works for a member, or lends it means; nothing where there is nobody."""
    rows = tuple(
        Row((one_line(one.company.name), ROLES[one.role], _for_whom(facts, one), one.tasks or "–"))
        for one in facts.parties
        if not one.holds
    )
    if not rows:
        return []
    columns = (
        Column("Entreprise", 5),
        Column("Qualité", 4),
        Column("Pour le compte de", 4),
        Column("Prestations ou moyens", 6),
    )
    return [
        Para("Sous-traitants et opérateurs dont les capacités sont mobilisées :"),
        Table(columns, rows),
    ]


def _for_whom(facts: Facts, party: Party) -> str:
    if party.works_for is None:
        return "Groupement"
    return one_line(facts.parties[party.works_for].company.name)


def name_in_split(facts: Facts, party: Party) -> str:
    """A name as the split shows it: a subcontractor with whom it works for."""
    name = one_line(party.company.name)
    if party.role != PartyRole.SUBCONTRACTOR:
        return name
    return f"{name}\n(sous-traitant de {_for_whom(facts, party)})"


def party_totals(facts: Facts) -> Table:
    """What each party is to have of the whole."""
    there = [at for at, one in enumerate(facts.parties) if one.role != PartyRole.RELIED_UPON]
    amounts = [facts.of_party(place) for place in there]
    agreed = [_share(facts, place) for place in there]
    rows = [
        Row((str(place + 1), name_in_split(facts, facts.parties[place]), share, euros(amount)))
        for place, amount, share in zip(there, amounts, percents(amounts, agreed), strict=True)
    ]
    known = facts.total_cents is not None or any(agreed)
    whole = percent(BPS_WHOLE if known else None)
    rows.append(Row(("", "Ensemble", whole, euros(facts.total_cents)), "total"))
    return Table(
        (
            Column("N°", 0, "center"),
            Column("Entreprise", 1),
            Column("Part de l'ensemble", 0, "right"),
            Column("Montant HT", 0, "right"),
        ),
        tuple(rows),
    )


def _share(facts: Facts, place: int) -> int | None:
    """A party's share as it was agreed, where one lot is shared whole and has no amount."""
    if len(facts.lots) > 1 or facts.lots[0].items:
        return None
    found = [one.bps for one in facts.lots[0].parts if one.party == place]
    return sum(one or 0 for one in found) if found and all(found) else None


def presence_grid(facts: Facts) -> Table:
    """Who takes part in which lot, at one glance: thirty lots fit a page on its side."""
    there = {(part.party, at) for at, lot in enumerate(facts.lots) for part in lot.all_parts}
    many = len(facts.lots) > 8
    columns = (
        Column("N°", 0, "center"),
        Column("Entreprise", 20),
        *(Column(f"Lot {one_line(lot.number)}", 2, "center", many) for lot in facts.lots),
    )
    rows = [
        Row(
            (
                str(place + 1),
                one_line(party.company.name),
                *("×" if (place, at) in there else "" for at in range(len(facts.lots))),
            )
        )
        for place, party in enumerate(facts.parties)
    ]
    return Table(columns, tuple(rows))


def lead_quality(role: PartyRole) -> str:
    """What a party signs as."""
    return "Mandataire du groupement" if role == PartyRole.LEAD else "Membre du groupement"
