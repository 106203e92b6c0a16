"""Certificates and their files."""

from tests.access.calls import Call, builds
from tests.access.scene import Scene
from tests.certificates.steps import PDF, social


@builds("add_certificate")
def add_certificate(_scene: Scene, _who: str) -> Call:
    """One of whoever adds it."""
    return Call(body=social())


@builds("list_certificates")
def list_of_a_company(scene: Scene, _who: str) -> Call:
    """Those of one company."""
    return Call(query={"member_id": scene.world.alpha.member})


@builds("get_certificate@partner")
@builds("withdraw_certificate@partner")
def of_a_partner(scene: Scene, _who: str) -> Call:
    """One that alpha shows to the companies of its consortia."""
    return Call({"certificate_id": scene.own["shared_certificate_id"]})


@builds("upload_certificate_file")
def upload_own(scene: Scene, _who: str) -> Call:
    """The bytes that are there already: a retry."""
    return Call({"certificate_id": scene.own["certificate_id"]}, file=PDF)


@builds("upload_certificate_file@partner")
def upload_partners(scene: Scene, _who: str) -> Call:
    """A file for one that has none yet."""
    return Call({"certificate_id": scene.own["shared_certificate_id"]}, file=PDF)
