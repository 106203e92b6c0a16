"""The bodies: one builder per operation that needs one; saved searches and what they find."""

from tests.access.calls import Call, builds
from tests.access.scene import Found, Scene

CRITERIA = {"words": "halle -voirie", "departments": ["42"], "around": True}


def of(found: Found) -> dict[str, str]:
    """The ids of a path to a match."""
    return {"search_id": found.search_id, "match_id": found.match_id}


@builds("save_search")
def save_search(_scene: Scene, _who: str) -> Call:
    """A search for whoever saves it."""
    return Call(body={"name": "Halles", "criteria": CRITERIA})


@builds("preview_search")
def preview_search(_scene: Scene, _who: str) -> Call:
    """Criteria to try."""
    return Call(body={"criteria": CRITERIA})


@builds("get_saved_search@cluster")
@builds("end_saved_search@cluster")
@builds("list_matches@cluster")
def of_the_cluster(scene: Scene, _who: str) -> Call:
    """The coordinator's search."""
    return Call({"search_id": scene.found("coordinator").search_id})


@builds("change_saved_search")
def change_saved_search(scene: Scene, _who: str) -> Call:
    """The company's search, as it was read."""
    body = {"name": "Halles", "criteria": CRITERIA}
    return Call({"search_id": scene.found().search_id}, body=body, version=1)


@builds("change_saved_search@cluster")
def change_saved_search_of_the_cluster(scene: Scene, _who: str) -> Call:
    """The coordinator's search, as it was read."""
    body = {"name": "Halles", "criteria": CRITERIA}
    return Call({"search_id": scene.found("coordinator").search_id}, body=body, version=1)


@builds("get_match@cluster")
@builds("follow_match@cluster")
def match_of_the_cluster(scene: Scene, _who: str) -> Call:
    """What the coordinator's search found."""
    return Call(of(scene.found("coordinator")))


@builds("dismiss_match")
def dismiss_match(scene: Scene, _who: str) -> Call:
    """A notice that the company does not want."""
    return Call(of(scene.found()), body={"reason": "Trop loin."})


@builds("dismiss_match@cluster")
def dismiss_match_of_the_cluster(scene: Scene, _who: str) -> Call:
    """A notice that the cluster's search found, and the caller's side does not want."""
    return Call(of(scene.found("coordinator")), body={"reason": "Trop loin."})


@builds("assign_match")
def assign_match(scene: Scene, _who: str) -> Call:
    """To the manager of the company."""
    return Call(of(scene.found()), body={"person_id": scene.found().person_id})
