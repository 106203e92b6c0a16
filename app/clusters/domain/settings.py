"""How a cluster is set up."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.clusters.domain.errors import BadSlug, UnknownZone
from app.clusters.domain.votes import Rule
from app.kernel.zones import zones

_SLUG = re.compile(r"[a-z0-9-]{2,40}")


class Language(StrEnum):
    """In which the service writes to a cluster's people (ISO 639-1)."""

    FRENCH = "fr"
    ENGLISH = "en"


class Admission(StrEnum):
    """Who decides that a company joins."""

    COORDINATOR = "coordinator"
    VOTE = "vote"


HALF = Rule(quorum_bps=5_000, majority_bps=5_000)
"""Half of the members take part, more than half of the votes are for."""


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """What a cluster's coordinator sets; a candidacy is open to votes for ``vote_days`` days."""

    name: str
    zone: str
    language: Language = Language.FRENCH
    admission: Admission = Admission.COORDINATOR
    rule: Rule = HALF
    vote_days: int = 15


def check_cluster(slug: str, zone: str) -> None:
    """Raise BadSlug or UnknownZone."""
    if not _SLUG.fullmatch(slug):
        raise BadSlug
    check_zone(zone)


def check_zone(zone: str) -> None:
    """Raise UnknownZone unless it is IANA's."""
    if zone not in zones():
        raise UnknownZone
