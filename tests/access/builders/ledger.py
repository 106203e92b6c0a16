"""The bodies of what is about the books."""

from tests.access.calls import Call, builds
from tests.access.scene import Scene


@builds("close_books")
def close_books(_scene: Scene, _who: str) -> Call:
    """The month after the one that is closed in the scene."""
    return Call(body={"until": "2026-01-31"})


@builds("write_chart")
def write_chart(_scene: Scene, _who: str) -> Call:
    """Another name for one account."""
    return Call(body={"accounts": {"bank": {"code": "5121", "label": "Compte courant"}}}, version=1)


@builds("export_fec")
@builds("export_journal")
def export(_scene: Scene, _who: str) -> Call:
    """The fiscal year that is closed in the scene."""
    return Call(query={"year": "2025"})
