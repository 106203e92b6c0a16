"""Every kind of source, by its name in ``Source.kind``."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.watch.sources import (
    boamp,
    boamp_api,
    boamp_flux,
    boamp_xml,
    feed,
    folder,
    ocds,
    ocds_api,
    ocds_package,
    ted,
    ted_api,
)
from app.watch.sources.publisher import Dialect, Publisher

BOAMP_RECORD = Dialect(
    knows=lambda item: isinstance(item, dict) and "idweb" in item,
    read=boamp.read,
    is_partial=lambda item: not (isinstance(item, dict) and item.get("donnees")),
)

BOAMP_DOCUMENT = Dialect(knows=boamp_xml.knows, read=boamp_xml.read)
EFORMS = Dialect(knows=ted.knows, read=ted.read)

BOAMP = Publisher(
    kind="boamp",
    dialects=(BOAMP_RECORD, BOAMP_DOCUMENT),
    pages=boamp_api.pages,
    hint="un fichier du BOAMP porte « idweb » dans chaque avis, IDWEB en XML",
)

BOAMP_XML = Publisher(
    kind="boamp_xml",
    dialects=(BOAMP_DOCUMENT, BOAMP_RECORD),
    pages=boamp_flux.pages,
    hint=BOAMP.hint,
)

TED = Publisher(
    kind="ted",
    dialects=(EFORMS,),
    pages=ted_api.pages,
    hint="un avis de TED est un document XML eForms",
    settings=ted_api.TedSettings,
)


def _ocds(settings: Mapping[str, Any]) -> tuple[Dialect, ...]:
    """The standard as a publisher of one time zone writes it."""
    return (Dialect(knows=ocds.knows, read=partial(ocds.read, zone=settings.get("zone"))),)


OCDS = Publisher(
    kind="ocds",
    dialects=_ocds({}),
    pages=ocds_api.pages,
    hint="une publication OCDS porte « ocid » ; un paquet, « releases » ou « records »",
    settings=ocds_api.OcdsSettings,
    suited=_ocds,
    unfold=ocds_package.unfolded,
)


def _feed(settings: Mapping[str, Any]) -> tuple[Dialect, ...]:
    """A feed, with what its operator knows of it."""
    return (Dialect(knows=feed.knows, read=partial(feed.read, settings=settings)),)


FEED = Publisher(
    kind="feed",
    dialects=_feed({}),
    pages=feed.pages,
    hint="un flux Atom ou RSS a des entrées (entry, item)",
    settings=feed.FeedSettings,
    suited=_feed,
    unfold=feed.unfolded,
)

FOLDER = Publisher(
    kind="folder",
    dialects=(BOAMP_RECORD, BOAMP_DOCUMENT, *TED.dialects, *OCDS.dialects, *FEED.dialects),
    pages=folder.pages,
    hint="ni BOAMP, ni TED, ni OCDS, ni flux Atom ou RSS",
    settings=folder.FolderSettings,
    unfold=folder.unfolded,
)

KINDS = {one.kind: one for one in (BOAMP, BOAMP_XML, TED, OCDS, FEED, FOLDER)}


def publisher_of(kind: str, settings: Mapping[str, Any]) -> Publisher:
    """The publisher of a source, as the source is set."""
    return KINDS[kind].under(settings)
