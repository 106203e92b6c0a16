"""`grappe demo`: a cluster to look at."""

from app.commands import out, ready_database
from app.demo import explain, load_demo


def demo() -> None:
    """Load the demo cluster of Saint-Étienne, whatever else the database holds."""
    with ready_database() as settings:
        load_demo(settings, out)
        explain(settings, out)
