"""French essential data of awarded contracts (DECP), in the shapes that publishers give them.

The schema of 2022 (2.0.3): ``{"marches": {"marche": [...], "contrat-concession": [...]}}``, lists
of ``{"titulaire": {...}}``; the one of 2019: a bare list under ``marches``, ``_type`` in each, no
wrapping; and the flat extract of the data portal, ``titulaire_id_1`` and so on in small letters,
with ``CDL`` where there is nothing. A list converted from XML is an object when it has one item.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from app.kernel.money import MAX_CENTS, Money
from app.watch.areas import departments_of
from app.watch.codes.domain import CodeList, code_of
from app.watch.contracts.domain import Amendment, Contract, Holder
from app.watch.domain import UnreadableItem
from app.watch.sources.text import clean
from app.watch.zones import department

WRAPPERS = frozenset({"marche", "contrat-concession"})
"""Names under which a single contract may stand."""

MAX_HOLDERS = 100
MAX_AMENDMENTS = 200
MAX_TITLE = 1_000
"""Characters of an object, in the schema."""

MAX_ID = 200
YEARS = range(1990, 2101)
"""Of dates that are believed."""

_NOTHING = {"", "cdl", "nc", "null", "none", "inx", "non renseigne", "sans objet"}


def is_contract(item: object) -> bool:
    """Whether an item looks like a contract of this kind."""
    fields = _flat(_unwrapped(item))
    return "acheteur_id" in fields or "autoriteconcedante_id" in fields


def read(item: object) -> Contract:
    """The contract of an item; raises UnreadableItem with the reason."""
    if isinstance(item, UnreadableItem):
        raise item
    record = _unwrapped(item)
    fields = _flat(record)
    siret = _digits(_text(fields, "acheteur_id", "autoriteconcedante_id"))
    number = _text(fields, "id", "uid")[:MAX_ID]
    title = _text(fields, "objet")[:MAX_TITLE]
    started_on = _day(
        _text(fields, "datedebutexecution", "datenotification", "datesignature")
        if _is_concession(fields)
        else _text(fields, "datenotification", "datesignature")
    )
    for missing, reason in (
        (not number, "Aucun identifiant de contrat."),
        (len(siret) != 14, "L'acheteur n'a pas de SIRET."),
        (not title, "Aucun objet."),
        (started_on is None, "La date de notification est absente ou incorrecte."),
    ):
        if missing:
            raise UnreadableItem(reason)
    assert started_on is not None  # noqa: S101 - one of the reasons above
    amendments = tuple(_amendments(record, fields))
    return Contract(
        source_id=f"{siret}/{number}",
        title=title,
        buyer_siret=siret,
        buyer=_text(fields, "acheteur_nom", "autoriteconcedante_nom") or None,
        started_on=started_on,
        published_on=_newest(record, fields) or started_on,
        months=_months(fields.get("dureemois")),
        cpv=_cpv(_text(fields, "codecpv")),
        departments=_places(
            _text(fields, "lieuexecution_code"), _text(fields, "lieuexecution_typecode")
        ),
        concession=_is_concession(fields),
        framework=any("accord-cadre" in text.lower() for text in _techniques(fields)),
        procedure=_text(fields, "procedure") or None,
        holders=tuple(_holders(record, "titulaires", "concessionnaires", "titulaire_id_")),
        amount=_money(fields.get("montant", fields.get("valeurglobale"))),
        amendments=amendments,
    )


def _unwrapped(item: object) -> dict[str, Any]:
    if isinstance(item, dict) and len(item) == 1:
        inner = next(iter(item.values()))
        item = inner if isinstance(inner, dict) else item
    return item if isinstance(item, dict) else {}


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Small letters, and ``acheteur: {id}`` as ``acheteur_id``: the extract's own names."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{inner}".lower(): part for inner, part in value.items()}
        else:
            flat[name.lower()] = value
    return flat


def _text(fields: dict[str, Any], *names: str) -> str:
    """The first of these that says something; numbers as they are written."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = clean(str(value)) if isinstance(value, str) or abs(value) < 10**30 else ""
            if text.lower() not in _NOTHING:
                return text
    return ""


def _digits(text: str) -> str:
    bare = "".join(text.split())
    return bare if bare.isascii() and bare.isdecimal() else ""


def _is_concession(fields: dict[str, Any]) -> bool:
    nature = f"{_text(fields, '_type')} {_text(fields, 'nature')}".lower()
    kinds = ("concession", "délégation", "delegation")
    return "autoriteconcedante_id" in fields or any(kind in nature for kind in kinds)


def _techniques(fields: dict[str, Any]) -> Iterator[str]:
    for name in ("techniques", "techniques_technique", "nature"):
        value = fields.get(name)
        yield from (part for part in _each(value) if isinstance(part, str))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _newest(record: dict[str, Any], fields: dict[str, Any]) -> date | None:
    """The day of the newest data: of two records of one contract, the later one counts."""
    texts = [_text(fields, "datepublicationdonnees")]
    texts.append(_text(fields, "datepublicationdonneesmodificationmodification"))
    name = "datepublicationdonneesmodification"
    texts.extend(_text(_flat(change), name) for change in _changes(record))
    return max((day for text in texts if (day := _day(text))), default=None)


def _months(value: object) -> int | None:
    number = _number(value)
    if number is None or number != number.to_integral_value() or not 0 < number < 10_000:
        return None
    return int(number)


def _money(value: object) -> Money | None:
    number = _number(value)
    if number is None or not 0 < number < MAX_CENTS // 100:
        return None
    return Money(int((number * 100).to_integral_value(ROUND_HALF_UP))) if number else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        number = Decimal(value if isinstance(value, int | Decimal) else str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _cpv(text: str) -> tuple[str, ...]:
    code = code_of(CodeList.CPV, text)
    return (code,) if code else ()


def _places(code: str, kind: str) -> tuple[str, ...]:
    """The departments of a place: codes of the postal service and of INSEE begin with theirs."""
    kind = kind.lower()
    if "pays" in kind:
        return ()
    if "région" in kind or "region" in kind:
        return departments_of(code.zfill(2))
    if "départ" in kind or "depart" in kind:
        found = department(code)
    else:
        found = _of_commune(code.zfill(5), postal="postal" in kind)
    return (found,) if found else ()


def _of_commune(code: str, *, postal: bool) -> str | None:
    if code.startswith(("97", "98")):
        return department(code[:3])
    if postal and code.startswith("20"):
        return "2A" if code[2:3] in {"0", "1"} else "2B"
    return department(code[:2])


def _each(value: object) -> list[Any]:
    """A list, whether it has one item or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _listed(value: object, wrapper: str) -> Iterator[dict[str, Any]]:
    """The objects of a list, each wrapped or not, the list itself wrapped or not."""
    for part in _each(value):
        inner = part.get(wrapper, part) if isinstance(part, dict) else None
        yield from (one for one in _each(inner) if isinstance(one, dict))


def _holders(record: dict[str, Any], *names: str) -> Iterator[Holder]:
    seen: set[tuple[str, str]] = set()
    for name in names:
        listed = list(_listed(record.get(name), name.removesuffix("s")))
        if name.endswith("_"):
            listed = [
                {"id": value, "typeIdentifiant": record.get(f"titulaire_typeidentifiant_{n}")}
                for n in range(1, 4)
                if (value := record.get(f"{name}{n}")) is not None
            ]
        for one in listed[:MAX_HOLDERS]:
            fields = _flat(one)
            number = _text(fields, "id")[:MAX_ID]
            kind = _text(fields, "typeidentifiant")[:20]
            said = _text(fields, "denominationsociale", "nom")[:MAX_TITLE]
            if (number or said) and (number, said) not in seen:
                seen.add((number, said))
                yield Holder(number or None, kind or None, said or None)


def _changes(record: dict[str, Any]) -> list[dict[str, Any]]:
    return list(_listed(record.get("modifications"), "modification"))[:MAX_AMENDMENTS]


def _amendments(record: dict[str, Any], fields: dict[str, Any]) -> Iterator[Amendment]:
    numbered = [(_number(change.get("id")) or 0, change) for change in _changes(record)]
    for _, change in sorted(numbered, key=lambda pair: pair[0]):
        inner = _flat(change)
        signed = _text(inner, "datenotificationmodification", "datesignaturemodification")
        yield Amendment(
            signed_on=_day(signed),
            months=_months(inner.get("dureemois")),
            amount=_money(inner.get("montant", inner.get("valeurglobale"))),
            holders=tuple(_holders(change, "titulaires", "concessionnaires")),
        )
    if _text(fields, "idmodification"):
        yield Amendment(
            signed_on=_day(_text(fields, "datenotificationmodificationmodification")),
            months=_months(fields.get("dureemoismodification")),
            amount=_money(fields.get("montantmodification")),
        )
