"""Amounts and shares as people read them."""


def percent(bps: int) -> str:
    """Basis points as a percentage: 1053 is « 10,53 % »."""
    return f"{bps // 100},{bps % 100:02d} %"


def euros(cents: int) -> str:
    """Cents as euros: 125000050 is « 1 250 000,50 € »."""
    sign, cents = ("−", -cents) if cents < 0 else ("", cents)
    return sign + f"{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02d} €"
