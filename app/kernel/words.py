"""Amounts, shares and days as people read them, in French."""

from datetime import date

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def percent(bps: int) -> str:
    """Basis points as a percentage: 1053 is « 10,53 % »."""
    return f"{bps // 100},{bps % 100:02d} %"


def euros(cents: int) -> str:
    """Cents as euros: 125000050 is « 1 250 000,50 € »."""
    sign, cents = ("−", -cents) if cents < 0 else ("", cents)
    return sign + f"{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02d} €"


def day(on: date) -> str:
    """A day in full: « 1er mars 2026 »."""
    return f"{'1er' if on.day == 1 else on.day} {_MONTHS[on.month - 1]} {on.year}"
