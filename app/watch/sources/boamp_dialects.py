"""The dialects of BOAMP's ``donnees``: one root each, and the same facts elsewhere in each.

FNSimple, MAPA and DSP are the national forms (schema 3.2.5), EFORMS is ``eforms``, and
whatever has ``IDENTITE`` and ``OBJET`` at its root is older (SOURCES, BOAMP).
"""

import re
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from app.kernel.money import Money
from app.watch.domain import NoticeLot
from app.watch.sources.boamp_terms import (
    addresses,
    legacy_criteria,
    legacy_reserved,
    length,
    periods,
    places,
    reserved,
    weighed,
)
from app.watch.sources.body import (
    NATURES,
    Body,
    hoisted,
    lot_of,
    months,
    numbered,
)
from app.watch.sources.tree import (
    cpv,
    find,
    flag,
    money,
    prose,
    siret,
    text,
    texts,
)

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
        periods=periods(find(notice, "procedure"), "datereception"),
        reserved=reserved(find(notice, "natureMarche", "reservationMarche")),
        documents=addresses(
            texts(notice, "communication", "urlDocConsul"),
            texts(notice, "communication", "urlProfilAch"),
        ),
        duration_months=months(text(notice, "natureMarche", "dureeMois")),
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
        periods=periods(find(notice, "delais"), "reception"),
        nuts=places(find(notice, "description")),
        criteria=weighed(find(notice, "criteres", "criterePondere")),
        documents=addresses(
            texts(notice, "adressesComplt", "document", "coord", "url"),
            texts(root, "organisme", "urlProfilAcheteur"),
        ),
        duration_months=length(find(notice, "duree")),
        follows=tuple(texts(notice, "avisInitial", "idWeb")),
    )


def dsp(root: object) -> Body:
    """A public service delegation; one that is not divided repeats itself as a single « lot »."""
    notice = _notice(root)
    contract = find(notice, "descriptionMarche")
    lots = find(contract, "lot")
    undivided = any(isinstance(node, dict) and "divisibleLotNon" in node for node in contract)
    read = numbered([_national_lot(lot) for lot in lots])
    alone = read[0] if undivided and read else None
    body = Body(
        title=text(contract, "titreMarche"),
        description=prose(contract, "description"),
        buyer=text(root, "organisme", "acheteurPublic"),
        buyer_siret=siret(text(root, "organisme", "codeIdentificationNational")),
        buyer_postcode=text(root, "organisme", "adr", "cp"),
        nature=NATURES.get(flag(contract, "natureMarche").lower()),
        concession=True,
        cpv=cpv(*_classes(contract, "CPV"), *_classes(lots, "CPV")),
        nuts=alone.nuts if alone else (),
        lots=() if undivided else read,
        estimate=_estimate(find(contract, "valeurEstimee")),
        periods=periods(find(notice, "renseignementsAdm"), "reception"),
        criteria=alone.criteria if alone else (),
        reserved=reserved(find(notice, "situation", "marcheReserve")),
        documents=addresses(
            texts(notice, "communication", "documentMarche", "urlDocument"),
            texts(root, "organisme", "urlProfilAcheteur"),
        ),
        duration_months=alone.duration_months if alone else None,
        follows=tuple(texts(notice, "avisInitial", "idWeb")),
    )
    return hoisted(body)


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
        periods=periods(find(root, "CONDITION_DELAI"), "recept_"),
        criteria=legacy_criteria(find(root, "PROCEDURE")),
        reserved=legacy_reserved([*contract, *find(root, "CONDITION_PARTICIPATION")]),
        documents=addresses(
            texts(root, "IDENTITE", "URL_DOCUMENT"), texts(root, "IDENTITE", "URL_PROFIL_ACHETEUR")
        ),
        duration_months=months(text(contract, "DUREE_DELAI", "DUREE_MOIS")),
    )


NATIONAL: dict[Dialect, Callable[[object], Body]] = {
    Dialect.FNSIMPLE: fnsimple,
    Dialect.MAPA: mapa,
    Dialect.DSP: dsp,
}


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
    return replace(
        lot_of(number, title, words, codes, estimate),
        nuts=places([lot]),
        criteria=weighed(find(lot, "criteres", "criterePondere")),
        duration_months=length(find(lot, "dureeLot")),
    )


def _legacy_lot(lot: object) -> NoticeLot:
    plain = lot_of(
        text(lot, "NUM"),
        text(lot, "INTITULE"),
        prose(lot, "DESCRIPTION"),
        cpv(*_legacy_classes([lot])),
        _amount(find(lot, "VALEUR")),
    )
    return replace(
        plain,
        criteria=legacy_criteria([lot]),
        duration_months=months(text(lot, "DUREE_MOIS")),
    )


def _classes(parents: list[object], name: str) -> list[str]:
    main = texts(parents, name, "objetPrincipal", "classPrincipale")
    return [*main, *texts(parents, name, "objetComplementaire", "classPrincipale")]


def _legacy_classes(parents: list[object]) -> list[str]:
    return [*texts(parents, "CPV", "PRINCIPAL"), *texts(parents, "CPV", "SUPPLEMENTAIRE")]


def _estimate(nodes: list[object]) -> Money | None:
    """A stated value; of a range its upper end, which a bidder must be able to carry."""
    currency = next((text(node, "@devise") for node in nodes), "")
    amounts = [*find(nodes, "valeur"), *find(nodes, "fourchette", "valeurHaute")]
    return _amount(amounts, currency)


def _amount(nodes: list[object], currency: str = "") -> Money | None:
    return next((sum_ for node in nodes if (sum_ := money(node, currency))), None)
