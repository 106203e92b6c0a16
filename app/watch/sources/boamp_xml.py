"""BOAMP's daily XML: the same notices as its API's, each a document of DONNEES and GESTION.

Pure: a document in, the record that the API would make of it, and so a notice out. BOAMP's JSON
was converted from this XML: one reader does for both.
"""

from app.watch.domain import Notice, UnreadableItem
from app.watch.sources import boamp, xml_tree
from app.watch.sources.tree import flag, text

PAGE = "https://www.boamp.fr/pages/avis/?q=idweb:"


def knows(item: object) -> bool:
    """Whether an item is one of its documents: all of them name their IDWEB."""
    return isinstance(item, str) and "IDWEB>" in item


def read(item: object) -> Notice:
    """The notice that a document tells of. Raises ``UnreadableItem``, as ``boamp.read`` does."""
    return boamp.read(record(item))


def record(item: object) -> dict[str, object]:
    """The fields of the API's record that the document has; both trees are unfolded."""
    if not isinstance(item, str):
        raise UnreadableItem("L'élément n'est pas un document XML.")
    _root, tree = xml_tree.parse(item)
    gestion = tree.get("GESTION") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(gestion, dict):
        raise UnreadableItem("Le document XML n'est pas un avis du BOAMP (GESTION).")
    kind = ("REFERENCE", "TYPE_AVIS")
    number = text(gestion, "REFERENCE", "IDWEB")
    return {
        "idweb": number,
        "objet": text(gestion, "INDEXATION", "RESUME_OBJET"),
        "famille": flag(gestion, *kind, "FAMILLE"),
        "perimetre": flag(gestion, *kind, "PERIMETRE"),
        "source_schema": text(gestion, "INDEXATION", "SCHEMA"),
        "code_departement_prestation": text(gestion, "INDEXATION", "DEP_PRESTATION"),
        "gestion": gestion,
        "donnees": tree.get("DONNEES"),
        "url_avis": PAGE + number,
    }
