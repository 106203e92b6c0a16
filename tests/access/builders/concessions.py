"""Concessions: terms, forecast, company, yearly figures and reports."""

from typing import Any

from tests.access.builders.consortia import in_consortium
from tests.access.calls import Call, builds
from tests.access.scene import Scene, Side
from tests.concessions.steps import figures_body, forecast_body, terms_body
from tests.world import siren


def flows(side: Side) -> Any:
    """What a company of a side gives the other."""
    giver, taker = side.bid.parties.values()
    ends = {"from_party_id": giver, "to_party_id": taker}
    return [{"label": "Coproduction", "amount_cents": 1_000, **ends}]


@builds("get_concession@won")
@builds("get_concession_forecast@won")
@builds("list_concession_years@won")
@builds("list_concession_reports@won")
@builds("list_concession_versions@won")
@builds("list_concession_forecasts@won")
def of_who_won(scene: Scene, _who: str) -> Call:
    """X has won."""
    return Call(in_consortium(scene, "won"))


@builds("get_concession_forecast_version@won")
@builds("get_concession_forecast_changes@won")
def version_of_who_won(scene: Scene, _who: str) -> Call:
    """The first forecast of who has won."""
    return Call(in_consortium(scene, "won", number="1"))


@builds("get_concession@invited")
def while_invited(scene: Scene, _who: str) -> Call:
    """The other company of X has not answered its invitation yet."""
    return Call(in_consortium(scene, "invited"))


@builds("write_concession")
def write_concession(scene: Scene, _who: str) -> Call:
    """While talks are open."""
    side = scene.stages["forming"].x
    return Call({"consortium_id": side.id}, body=terms_body(), version=side.version)


@builds("write_concession@submitted")
def write_what_is_out(scene: Scene, _who: str) -> Call:
    """What was handed in is what everyone approved."""
    side = scene.stages["submitted"].x
    return Call({"consortium_id": side.id}, body=terms_body(), version=side.version)


@builds("write_concession_forecast")
def write_forecast(scene: Scene, _who: str) -> Call:
    """While talks are open."""
    side = scene.stages["forming"].x
    body = forecast_body(2024, 2025, 2026, 2027, flows=flows(side))
    return Call({"consortium_id": side.id}, body=body, version=side.version)


@builds("record_concession_company")
def record_company(scene: Scene, _who: str) -> Call:
    """It is there already: the lead is told so."""
    body = {"name": "SAS", "siren": siren("salle"), "takes_over_on": "2026-04-01"}
    return Call(in_consortium(scene, "won"), body=body)


@builds("record_concession_year")
def record_year(scene: Scene, _who: str) -> Call:
    """A correction."""
    body = figures_body(flows=flows(scene.stages["won"].x))
    return Call(in_consortium(scene, "won", year="2025"), body=body)


@builds("record_concession_report")
def record_report(scene: Scene, _who: str) -> Call:
    """Of the year before."""
    body = {"year": 2024, "handed_in_on": "2025-05-31"}
    return Call(in_consortium(scene, "won"), body=body)
