"""Headcounts and fees."""

from tests.access.calls import Call, builds
from tests.access.scene import Scene


@builds("declare_headcount")
def declare_headcount(scene: Scene, _who: str) -> Call:
    """Alpha's, for another year than the fees that are run."""
    body = {"year": 2025, "method": "average", "fte_hundredths": 1_250}
    return Call({"member_id": scene.person("manager").member}, body=body)


@builds("preview_fee_run")
def preview_fee_run(_scene: Scene, _who: str) -> Call:
    """The year of the scene."""
    return Call(query={"year": "2026"})


@builds("run_fees")
def run_fees(_scene: Scene, _who: str) -> Call:
    """The year of the scene."""
    return Call(body={"year": 2026})
