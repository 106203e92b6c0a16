"""Every kind of source, by its name in ``Source.kind``."""

from app.watch.sources import boamp, boamp_api
from app.watch.sources.publisher import Dialect, Publisher

BOAMP_RECORD = Dialect(
    knows=lambda item: isinstance(item, dict) and "idweb" in item,
    read=boamp.read,
    is_partial=lambda item: not (isinstance(item, dict) and item.get("donnees")),
)

BOAMP = Publisher(
    kind="boamp",
    dialects=(BOAMP_RECORD,),
    pages=boamp_api.pages,
    hint="un fichier du BOAMP porte « idweb » dans chaque avis",
)

KINDS = {publisher.kind: publisher for publisher in (BOAMP,)}
