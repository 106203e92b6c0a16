"""The bodies of what reaches people."""

from app.kernel.ids import encode, new_id
from tests.access.calls import Call, builds
from tests.access.scene import Scene


@builds("read_alert@own")
def read_own_alert(scene: Scene, _who: str) -> Call:
    """An alert of alpha's manager."""
    return Call(path={"alert_id": scene.own["alert_id"]})


@builds("read_alerts")
def read_alerts(_scene: Scene, _who: str) -> Call:
    """Up to an alert of nobody's."""
    return Call(body={"up_to": encode("alt", new_id())})


@builds("read_alerts@own")
def read_own_alerts(scene: Scene, _who: str) -> Call:
    """Up to an alert of alpha's manager."""
    return Call(body={"up_to": scene.own["alert_id"]})


@builds("set_alert_preferences")
def set_alert_preferences(_scene: Scene, _who: str) -> Call:
    """One mail a week."""
    return Call(body={"digest": "weekly", "hour": 9, "weekday": 5})


@builds("open_feed_address")
def open_feed_address(_scene: Scene, _who: str) -> Call:
    """Another reader."""
    return Call(body={"name": "Lecteur"})


@builds("close_feed_address@own")
def close_own_feed_address(scene: Scene, _who: str) -> Call:
    """The feed address of alpha's manager."""
    return Call(path={"address_id": scene.own["feed_address_id"]})


@builds("get_feed@own")
def read_own_feed(scene: Scene, _who: str) -> Call:
    """The feed at the address of alpha's manager: whoever has it reads it."""
    return Call(path={"secret": scene.own["feed_secret"]})


@builds("ask_digest_refusal@own")
@builds("refuse_digests@own")
def refuse_own_digests(scene: Scene, _who: str) -> Call:
    """By the link of a mail to the treasurer: whoever has it, even signed in as another."""
    return Call(path={"token": scene.refusal})


@builds("get_feed@search")
def read_own_search(scene: Scene, _who: str) -> Call:
    """What alpha's own search found, at the feed address of its manager."""
    query = {"search_id": scene.searches["alpha"].search_id}
    return Call(path={"secret": scene.own["feed_secret"]}, query=query)
