"""Flows between members."""

from tests.access.calls import Call, builds
from tests.access.scene import Scene
from tests.flows.steps import flow_body
from tests.world import NOW


@builds("list_flows")
def of_a_company(scene: Scene, _who: str) -> Call:
    """Those of one company."""
    return Call(query={"member_id": scene.world.alpha.member})


@builds("declare_flow")
def declare(scene: Scene, who: str) -> Call:
    """An invoice of whoever declares it, to a company that is theirs at no stage."""
    return Call(body=flow_body(scene.person("party" if who == "rival" else "rival")))


@builds("declare_flow@entered")
def enter(scene: Scene, _who: str) -> Call:
    """An invoice of the other company of X."""
    seller = scene.person("party").member
    return Call(body=flow_body(scene.person("rival"), member_id=seller))


@builds("declare_flow@credit")
def credit(scene: Scene, _who: str) -> Call:
    """A credit note on what the manager's company has sold."""
    corrected = scene.own["flow_id"]
    note = flow_body(scene.person("party"), number="A-1", cents=-100, corrects_id=corrected)
    return Call(body=note)


@builds("declare_flow@award")
def inside(scene: Scene, who: str) -> Call:
    """An invoice inside the joint answer that X has won."""
    other = scene.person("manager" if who == "party" else "party")
    return Call(body=flow_body(other, number="F-9", consortium_id=scene.stages["won"].x.id))


@builds("reverse_flow")
def reverse(scene: Scene, _who: str) -> Call:
    """What the manager's company has sold."""
    return Call({"flow_id": scene.own["flow_id"]}, body={"reason": "Saisie deux fois"})


@builds("start_charge_run")
def start_run(_scene: Scene, _who: str) -> Call:
    """All that waits."""
    return Call(body={"until": NOW.date().isoformat()})


@builds("preview_charge_run")
@builds("list_charge_preview_lines")
def preview(_scene: Scene, _who: str) -> Call:
    """All that waits."""
    return Call(query={"until": NOW.date().isoformat()})
