"""Joint answers to draw: one as clusters have them, one as large as may be."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.consortia.domain import Form, PartyRole
from app.forms.facts import Clause, Company, Facts, Lot, Part, Party, Stamp
from app.kernel.money import allot

PARIS = ZoneInfo("Europe/Paris")
STAMP = Stamp(2, datetime(2026, 3, 2, 10, 0, tzinfo=PARIS))

NAMES = (
    *("Les Ateliers Bobine", "Plomb & Fils", "Crassier Productions", "Bellevue Accueil"),
    *("Puits Sarrazin Formation",),
)
WORK = (
    "Direction, programmation et action culturelle ; relations avec les artistes",
    "Régie technique, sécurité des spectacles et maintenance des équipements scéniques",
    "Captation, studio de répétition, accompagnement des groupes amateurs",
    "Billetterie, accueil du public, bar et restauration",
    None,
)


def company(name: str, **more: object) -> Company:
    """A company, declared in part."""
    values: dict[str, object] = {
        **{"siren": "732829320", "siret": "73282932000074", "legal_form": "SARL SCOP"},
        **{"address": "12 rue de la Montat", "city": "42000 Saint-Étienne", "headcount": 14},
        **{"skills": ("programmation", "médiation culturelle")},
        **more,
    }
    return Company(name, **values)  # type: ignore[arg-type]


def parties(names: tuple[str, ...] = NAMES) -> tuple[Party, ...]:
    """The first leads."""
    roles = (PartyRole.LEAD, *(PartyRole.CO_CONTRACTOR,) * (len(names) - 1))
    return tuple(
        Party(company(name), role, WORK[at % len(WORK)])
        for at, (name, role) in enumerate(zip(names, roles, strict=True))
    )


def lot(number: int, cents: int | None, count: int, title: str = "Salle de concerts") -> Lot:
    """A lot that all share, the first most."""
    shares = allot(10_000, [count + 1 - at for at in range(count)])
    amounts: list[int] | list[None] = [None] * count if cents is None else allot(cents, shares)
    lines = zip(shares, amounts, strict=True)
    return Lot(
        str(number),
        title,
        cents,
        tuple(
            Part(at, WORK[(at + number) % len(WORK)], bps, amount)
            for at, (bps, amount) in enumerate(lines)
        ),
    )


def facts(**more: object) -> Facts:
    """Five companies that answer for a music venue, in one lot."""
    values: dict[str, object] = {
        "cluster": "Culture & Coopération",
        "name": "Les Forgerons du son",
        "form": Form.CONJOINT_LIABLE_LEAD,
        "tender": "Délégation de service public pour l'exploitation d'une salle de musiques "
        "actuelles",
        "buyer": "Ville de Saint-Étienne",
        "parties": parties(),
        "lots": (lot(1, 2_450_000_00, 5),),
        "concession": True,
        "deadline": datetime(2026, 3, 20, 12, 0, tzinfo=PARIS),
        "split_number": 3,
        **more,
    }
    return Facts(**values)  # type: ignore[arg-type]


def large(companies: int = 25, lots: int = 30) -> Facts:
    """As many companies and lots as a consortium may have, with the longest names."""
    names = tuple(f"Société coopérative d'intérêt collectif n° {at}" for at in range(companies))
    return facts(
        name="Groupement des vingt-cinq",
        form=Form.SOLIDAIRE,
        parties=parties(names),
        lots=tuple(
            lot(at, 1_234_567_89 + at, companies, f"Accord-cadre de conseil, territoire {at}")
            for at in range(1, lots + 1)
        ),
        concession=False,
    )


CLAUSES = (
    Clause("objet", "Objet", "Les Membres répondent à {lots} de {acheteur}.\n\nEt rien d'autre."),
    Clause("mandat", "Mandat", "{mandataire} :\n- reçoit ;\n- transmet.", "Code civil, art. 1984"),
)
