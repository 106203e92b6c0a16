"""Who bills, and calls."""

from tests.access.calls import Call, builds
from tests.access.scene import Scene
from tests.calls.steps import billing_body
from tests.world import NOW

TODAY = NOW.date().isoformat()


@builds("write_billing")
def write_billing(_scene: Scene, _who: str) -> Call:
    """The same again."""
    return Call(body=billing_body(), version=1)


@builds("issue_calls")
def issue_calls(scene: Scene, _who: str) -> Call:
    """Beta's, which owes nothing yet."""
    return Call(body={"member_id": scene.person("party").member, "until": TODAY})


@builds("run_calls")
def run_calls(_scene: Scene, _who: str) -> Call:
    """Everybody's."""
    return Call(body={"until": TODAY})


@builds("preview_call_run")
def preview_call_run(_scene: Scene, _who: str) -> Call:
    """Everybody's."""
    return Call(query={"until": TODAY})


@builds("take_call_back")
def take_call_back(scene: Scene, _who: str) -> Call:
    """Alpha's."""
    return Call({"call_id": scene.own["call_id"]}, body={"reason": "Adresse erronée"})
