"""French departments, and the time zone that a buyer's clock shows there.

Deadlines of overseas buyers are local time, so the zone is the buyer's (DOMAIN, CCP R2143-2).
"""

import re
from collections.abc import Iterable

PARIS = "Europe/Paris"

OVERSEAS = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    # The administration of the southern lands sits, and buys, in Saint-Pierre de La Réunion.
    "984": "Indian/Reunion",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
"""INSEE code of each overseas department or territory → IANA zone of its administration."""

COUNTRIES = {
    **dict.fromkeys(("ALB", "AND", "BIH", "MCO", "MNE", "SMR", "SRB", "XKX"), PARIS),
    **{"AUT": "Europe/Vienna", "BEL": "Europe/Brussels", "BGR": "Europe/Sofia"},
    **{"CHE": "Europe/Zurich", "CYP": "Asia/Nicosia", "CZE": "Europe/Prague"},
    **{"DEU": "Europe/Berlin", "DNK": "Europe/Copenhagen", "ESP": "Europe/Madrid"},
    **{"EST": "Europe/Tallinn", "FIN": "Europe/Helsinki", "GBR": "Europe/London"},
    **{"GRC": "Europe/Athens", "HRV": "Europe/Zagreb", "HUN": "Europe/Budapest"},
    **{"IRL": "Europe/Dublin", "ISL": "Atlantic/Reykjavik", "ITA": "Europe/Rome"},
    **{"LIE": "Europe/Vaduz", "LTU": "Europe/Vilnius", "LUX": "Europe/Luxembourg"},
    **{"LVA": "Europe/Riga", "MKD": "Europe/Skopje", "MLT": "Europe/Malta"},
    **{"NLD": "Europe/Amsterdam", "NOR": "Europe/Oslo", "POL": "Europe/Warsaw"},
    **{"PRT": "Europe/Lisbon", "ROU": "Europe/Bucharest", "SVK": "Europe/Bratislava"},
    **{"SVN": "Europe/Ljubljana", "SWE": "Europe/Stockholm", "TUR": "Europe/Istanbul"},
}
"""Countries that publish in the Union's journal (ISO 3166, alpha-3) → zone of the capital."""

_METROPOLE = {f"{number:02}" for number in range(1, 96) if number != 20} | {"2A", "2B"}
_POSTCODE = re.compile(r"[0-9]{5}")


def department(code: object) -> str | None:
    """The INSEE code of a department as sources write it: ``2`` → ``02``, ``20A`` → ``2A``.

    ``None`` when it names no department (``20`` alone has meant none since 1976).
    """
    if isinstance(code, bool) or not isinstance(code, str | int):
        return None
    # A longer text is no code; nor may it cost time, or break the conversion to a text.
    text = str(code).strip().upper() if not isinstance(code, int) or 0 < code < 1000 else ""
    if len(text) == 3 and text.startswith("20"):
        text = "2" + text[2]
    text = text.zfill(2)
    return text if text in _METROPOLE or text in OVERSEAS else None


def zone_of(departments: Iterable[str]) -> str | None:
    """The IANA zone that all these INSEE codes share; ``None`` when none is given or they differ.

    A notice is published in several departments, in no telling order, so the first one proves
    nothing about the buyer.
    """
    zones = {OVERSEAS.get(code, PARIS) for code in departments}
    return zones.pop() if len(zones) == 1 else None


def zone_of_postcode(postcode: str) -> str | None:
    """The IANA zone of a French postcode; ``None`` when it is not one."""
    digits = postcode.replace(" ", "")
    if not _POSTCODE.fullmatch(digits):
        return None
    return OVERSEAS.get(digits[:3]) if digits.startswith(("97", "98")) else PARIS


def department_of_postcode(postcode: str) -> str | None:
    """The department that a French postcode begins with; Corsica's 20 is split in two."""
    digits = postcode.replace(" ", "")
    if not _POSTCODE.fullmatch(digits):
        return None
    if digits.startswith("20"):
        return "2A" if digits[2] in "01" else "2B"
    return department(digits[:3] if digits.startswith(("97", "98")) else digits[:2])
