"""The dialects of BOAMP's ``donnees``: one root each, and the same facts elsewhere in each.

FNSimple, MAPA and DSP are the national forms (schema 3.2.5), EFORMS is ``eforms``, and
whatever has ``IDENTITE`` and ``OBJET`` at its root is older (SOURCES, BOAMP).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from app.kernel.money import Money
from app.watch.domain import Nature, NoticeLot
from app.watch.sources.tree import cpv, find, flag, money, prose, raw_text, siret, text, texts

MAX_LOT_TITLE = 200
"""Characters; national forms have one text per lot, which may be a page."""

MAX_LOT_NUMBER = 40
"""Characters of the buyer's label."""

NATURES = {
    "travaux": Nature.WORKS,
    "works": Nature.WORKS,
    "fournitures": Nature.SUPPLIES,
    "supplies": Nature.SUPPLIES,
    "services": Nature.SERVICES,
}

_LOT_LABEL = re.compile(
    r"(?:lot\s*(?:n[°o.]?\s*)?([0-9]{1,3}[A-Za-z]?|[A-Z])|([0-9]{1,3}[A-Za-z]?))\s*[:–-]\s*(?=\S)",
    re.IGNORECASE,
)


class Dialect(StrEnum):
    """The root of ``donnees``; ``LEGACY`` has none of its own."""

    EFORMS = "EFORMS"
    FNSIMPLE = "FNSimple"
    MAPA = "MAPA"
    DSP = "DSP"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class Body:
    """What ``donnees`` says, empty where it is silent; ``periods`` are deadlines as written."""

    title: str = ""
    description: str = ""
    buyer: str = ""
    buyer_siret: str | None = None
    buyer_postcode: str = ""
    nature: Nature | None = None
    concession: bool = False
    cpv: tuple[str, ...] = ()
    lots: tuple[NoticeLot, ...] = ()
    estimate: Money | None = None
    periods: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    cancelled: bool = False


def fnsimple(root: object) -> Body:
    """A national notice between 90,000 euros and the European thresholds.

    A correction says what changes in words only: they come first in its description.
    """
    notice = _notice(root)
    lots = find(notice, "lots", "lot")
    words = [prose(notice, "infosRectif"), prose(notice, "natureMarche", "description")]
    return Body(
        title=text(notice, "natureMarche", "intitule"),
        description="\n\n".join(filter(None, words)),
        buyer=text(root, "organisme", "nomOfficiel"),
        buyer_siret=siret(text(root, "organisme", "codeIdentificationNational")),
        buyer_postcode=text(root, "organisme", "cp"),
        nature=NATURES.get(flag(notice, "natureMarche", "natureMarche").lower()),
        cpv=cpv(*_classes(find(notice, "natureMarche"), "codeCPV"), *_classes(lots, "codeCPV")),
        lots=numbered([_national_lot(lot) for lot in lots]),
        estimate=_estimate(find(notice, "natureMarche", "valeurEstimee")),
        periods=_periods(find(notice, "procedure"), "datereception"),
        follows=tuple(texts(notice, "avisInitial", "idWeb")),
    )


def mapa(root: object) -> Body:
    """A national notice under 90,000 euros; it has no CPV and, as its only title, its object."""
    notice = _notice(root)
    words = prose(notice, "caracteristiques", "principales") or prose(
        notice, "description", "objet"
    )
    return Body(
        title=text(notice, "description", "objet"),
        description="\n\n".join(filter(None, [prose(notice, "infosRectif"), words])),
        buyer=text(root, "organisme", "acheteurPublic"),
        buyer_siret=siret(text(root, "organisme", "codeIdentificationNational")),
        buyer_postcode=text(root, "organisme", "adr", "cp"),
        nature=NATURES.get(flag(notice, "natureMarche").lower()),
        lots=numbered([_national_lot(lot) for lot in find(notice, "lots", "lot")]),
        periods=_periods(find(notice, "delais"), "reception"),
        follows=tuple(texts(notice, "avisInitial", "idWeb")),
    )


def dsp(root: object) -> Body:
    """A public service delegation; one that is not divided repeats itself as a single « lot »."""
    notice = _notice(root)
    contract = find(notice, "descriptionMarche")
    lots = find(contract, "lot")
    undivided = any(isinstance(node, dict) and "divisibleLotNon" in node for node in contract)
    return Body(
        title=text(contract, "titreMarche"),
        description=prose(contract, "description"),
        buyer=text(root, "organisme", "acheteurPublic"),
        buyer_siret=siret(text(root, "organisme", "codeIdentificationNational")),
        buyer_postcode=text(root, "organisme", "adr", "cp"),
        nature=NATURES.get(flag(contract, "natureMarche").lower()),
        concession=True,
        cpv=cpv(*_classes(contract, "CPV"), *_classes(lots, "CPV")),
        lots=() if undivided else numbered([_national_lot(lot) for lot in lots]),
        estimate=_estimate(find(contract, "valeurEstimee")),
        periods=_periods(find(notice, "renseignementsAdm"), "reception"),
        follows=tuple(texts(notice, "avisInitial", "idWeb")),
    )


def legacy(root: object) -> Body:
    """A notice of the schemas 1.10 and 2.30, until the end of 2023."""
    contract = find(root, "OBJET")
    lots = find(contract, "LOTS", "LOT")
    return Body(
        title=text(contract, "TITRE_MARCHE"),
        description=prose(contract, "OBJET_COMPLET"),
        buyer=text(root, "IDENTITE", "DENOMINATION"),
        buyer_siret=siret(text(root, "IDENTITE", "CODE_IDENT_NATIONAL")),
        buyer_postcode=text(root, "IDENTITE", "CP"),
        nature=NATURES.get(flag(contract, "TYPE_MARCHE").lower()),
        cpv=cpv(*_legacy_classes(contract), *_legacy_classes(lots)),
        lots=numbered([_legacy_lot(lot) for lot in lots]),
        estimate=_amount(find(contract, "CARACTERISTIQUES", "VALEUR")),
        periods=_periods(find(root, "CONDITION_DELAI"), "recept_"),
    )


NATIONAL: dict[Dialect, Callable[[object], Body]] = {
    Dialect.FNSIMPLE: fnsimple,
    Dialect.MAPA: mapa,
    Dialect.DSP: dsp,
}


def numbered(lots: list[NoticeLot]) -> tuple[NoticeLot, ...]:
    """Lots whose numbers are theirs alone: an unnamed one takes its rank, a repeated one a mark."""
    taken: dict[str, NoticeLot] = {}
    for rank, lot in enumerate(lots, start=1):
        number = wished = lot.number[:MAX_LOT_NUMBER] or str(rank)
        mark = 2
        while number in taken:
            number, mark = f"{wished} ({mark})", mark + 1
        taken[number] = replace(lot, number=number)
    return tuple(taken.values())


def lot_of(
    number: str, title: str, words: str, codes: tuple[str, ...], estimate: Money | None
) -> NoticeLot:
    """A lot with a short title, told once: what is cut from the title stays below it."""
    name = title or " ".join(words.split())
    if len(name) > MAX_LOT_TITLE:
        words = "\n\n".join(filter(None, [title, words]))
        name = name[: MAX_LOT_TITLE - 1].rstrip() + "…"
    return NoticeLot(number, name, words if words != name else "", codes, estimate)


def _notice(root: object) -> list[object]:
    """What stands beside the buyer: ``initial``, ``rectificatif``, ``attribution``…"""
    names = root if isinstance(root, dict) else {}
    return [child for name in names if name != "organisme" for child in find(root, name)]


def _national_lot(lot: object) -> NoticeLot:
    title = text(lot, "intitule") or text(lot, "titreLot")
    words = prose(lot, "description")
    number = text(lot, "numLot")
    label = _LOT_LABEL.match(title or words)
    if not number and label:
        number = (label.group(1) or label.group(2)).upper()
        title, words = (title[label.end() :], words) if title else ("", words[label.end() :])
    codes = cpv(*_classes([lot], "codeCPV"), *_classes([lot], "CPV"))
    estimate = _estimate(find(lot, "estimationValeur"))
    return lot_of(number, title, words, codes, estimate)


def _legacy_lot(lot: object) -> NoticeLot:
    return lot_of(
        text(lot, "NUM"),
        text(lot, "INTITULE"),
        prose(lot, "DESCRIPTION"),
        cpv(*_legacy_classes([lot])),
        _amount(find(lot, "VALEUR")),
    )


def _classes(parents: list[object], name: str) -> list[str]:
    main = texts(parents, name, "objetPrincipal", "classPrincipale")
    return [*main, *texts(parents, name, "objetComplementaire", "classPrincipale")]


def _legacy_classes(parents: list[object]) -> list[str]:
    return [*texts(parents, "CPV", "PRINCIPAL"), *texts(parents, "CPV", "SUPPLEMENTAIRE")]


def _periods(parents: list[object], prefix: str) -> tuple[str, ...]:
    """Texts of the children whose name begins so: applications as well as bids."""
    return tuple(
        raw_text(child).strip()
        for parent in parents
        if isinstance(parent, dict)
        for name in parent
        if name.lower().startswith(prefix)
        for child in find(parent, name)
    )


def _estimate(nodes: list[object]) -> Money | None:
    """A stated value; of a range its upper end, which a bidder must be able to carry."""
    currency = next((text(node, "@devise") for node in nodes), "")
    amounts = [*find(nodes, "valeur"), *find(nodes, "fourchette", "valeurHaute")]
    return _amount(amounts, currency)


def _amount(nodes: list[object], currency: str = "") -> Money | None:
    return next((sum_ for node in nodes if (sum_ := money(node, currency))), None)
