"""Rules of the tenant that need no database."""

import re

from app.kernel.errors import AppError, Conflict, Forbidden, Invalid
from app.kernel.zones import zones

_SLUG = re.compile(r"[a-z0-9-]{2,40}")


class ClusterExists(Conflict):
    """One slug, one cluster."""

    code = "cluster_exists"
    title = "Un regroupement porte déjà ce nom court."


class BadSlug(Invalid):
    """Typed in commands: plain letters only."""

    code = "bad_slug"
    title = "Un nom court a de 2 à 40 signes : lettres minuscules, chiffres, tirets."


class UnknownZone(Invalid):
    """Deadlines are told in it."""

    code = "unknown_zone"
    title = "Ce fuseau horaire est inconnu : il faut un nom IANA, comme Europe/Paris."


class MemberExists(Conflict):
    """One SIREN, one member."""

    code = "member_exists"
    title = "Une entreprise du regroupement porte déjà ce SIREN."


class InvalidSiren(Invalid):
    """The number fails its check digit (Luhn; La Poste's SIRETs have their own rule)."""

    code = "invalid_siren"
    title = "Ce numéro SIREN ou SIRET est faux : vérifiez ses chiffres."


class MemberNotActive(Forbidden):
    """A company that left or is suspended takes on nothing new; what runs goes on."""

    code = "member_not_active"
    title = "Votre entreprise n'est pas un membre actif : elle ne peut rien engager de nouveau."


class UnknownMember(AppError):
    """A company named in a request is no active member of the caller's cluster."""

    status, code = 422, "unknown_member"
    title = "Cette entreprise n'est pas un membre actif du regroupement."


def check_cluster(slug: str, zone: str) -> None:
    """Raise BadSlug or UnknownZone."""
    if not _SLUG.fullmatch(slug):
        raise BadSlug
    if zone not in zones():
        raise UnknownZone
