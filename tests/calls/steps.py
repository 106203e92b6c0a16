"""Steps of calls."""

from typing import Any

from tests.consortia.steps import ok
from tests.world import NOW, Person, World

TODAY = NOW.date().isoformat()


def billing_body(**changes: Any) -> dict[str, Any]:
    """An association that charges tax on contributions, and none on fees."""
    return {
        "name": "Initiatives et Furan",
        "legal_form": "Association loi 1901",
        "siren": "732829320",
        "vat_number": "FR44732829320",
        "address": "12 rue de la Halle\n42000 Saint-Étienne",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        **changes,
    }


async def bill(world: World, **changes: Any) -> None:
    """Say who bills, for the first time."""
    ok(await world.treasurer.put("/v1/billing", billing_body(**changes), 0), 200)


async def call(world: World, person: Person, until: str = TODAY) -> list[Any]:
    """What a member owes, called; its calls, newest first."""
    ok(await world.treasurer.post("/v1/calls", {"member_id": person.member, "until": until}))
    return list(ok(await person.get("/v1/calls"), 200)["items"])
