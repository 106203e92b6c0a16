"""Steps of flows between members."""

from typing import Any

from tests.world import NOW, Person


def flow_body(
    counterpart: Person, *, number: str = "F1", cents: int = 1_000_00, **more: Any
) -> dict[str, Any]:
    """An invoice of today, as its seller declares it."""
    return {
        "nature": "business",
        "side": "seller",
        "counterpart_id": counterpart.member,
        "number": number,
        "invoiced_on": NOW.date().isoformat(),
        "amount": {"amount_cents": cents},
        **more,
    }
