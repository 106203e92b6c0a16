"""What people are told by mail: French, plain text, one thing each."""

import textwrap
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.infra.mail import Mail, quoted
from app.kernel import words
from app.kernel.actor import Role

WIDTH = 72
NARROW, WIDE = "\u202f", "\u00a0"
"""The spaces that do not break: before ; ! ? and inside numbers; before : and inside « »."""
HOME_ZONE = "Europe/Paris"
"""For who belongs to the installation and to no cluster's hour."""

ROLES = {
    Role.COORDINATOR: "coordination",
    Role.TREASURER: "trésorerie",
    Role.AUDITOR: "contrôle (lecture seule)",
    Role.MANAGER: "direction",
    Role.CONTRIBUTOR: "contribution",
    Role.VIEWER: "lecture seule",
    Role.INTEGRATION: "logiciel connecté",
}
"""Each role, as a mail says it: the function, which is of no gender."""
_PLACES = {
    "America/Cayenne": "de Cayenne",
    "America/Guadeloupe": "de la Guadeloupe",
    "America/Marigot": "de Saint-Martin",
    "America/Martinique": "de la Martinique",
    "America/Miquelon": "de Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "de Saint-Barthélemy",
    "Europe/Brussels": "de Bruxelles",
    "Europe/London": "de Londres",
    "Europe/Luxembourg": "du Luxembourg",
    "Indian/Reunion": "de La Réunion",
    "Pacific/Noumea": "de Nouméa",
}
"""Clocks whose place French writes otherwise than the IANA."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as its mail tells it."""

    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime
    cluster_name: str
    zone: str
    member_name: str | None
    inviter_name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A change of password, asked for or done: its own id or the person's, whose, and when."""

    id: UUID
    email: str
    name: str
    at: datetime


def invitation(invited: Invited, site: str, token: str) -> Mail:
    """Asks someone in."""
    cluster = quoted(invited.cluster_name)
    lines = [f"Regroupement{WIDE}: {cluster}"]
    if invited.member_name:
        lines.append(f"Entreprise{WIDE}: {quoted(invited.member_name)}")
    lines.append(f"Rôle{WIDE}: {ROLES[invited.role]}")
    until = moment(invited.expires_at, invited.zone)
    return Mail(
        about=f"invitation.{invited.id.hex}",
        to=invited.email,
        subject=f"Invitation à rejoindre {cluster} sur Grappe",
        text=letter(
            site,
            f"{quoted(invited.inviter_name)} vous invite à rejoindre «{WIDE}{cluster}{WIDE}» sur "
            "Grappe, où des entreprises répondent ensemble aux appels d’offres.",
            "\n".join(f"    {line}" for line in lines),
            f"Pour accepter, ouvrez ce lien{WIDE}:",
            f"{site}/invitation#{token}",
            f"Il sert une seule fois, pour cette adresse, jusqu’au {until}.",
            "Si vous avez déjà un compte à cette adresse, votre nom et votre mot de passe ne "
            "changent pas. Sinon, vous les choisirez en acceptant.",
            f"Vous n’attendiez pas cette invitation{NARROW}? Ne faites rien{WIDE}: sans vous, "
            "elle reste sans effet.",
        ),
        at=invited.created_at,
    )


def reset(asked: Asked, site: str, token: str) -> Mail:
    """Lets whoever holds the mailbox choose a new password."""
    return Mail(
        about=f"password-reset.{asked.id.hex}",
        to=asked.email,
        subject="Choisir un nouveau mot de passe",
        text=letter(
            site,
            f"Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour le compte Grappe "
            f"de {quoted(asked.name)}, le {moment(asked.at, HOME_ZONE)}.",
            f"Pour le choisir, ouvrez ce lien{WIDE}:",
            f"{site}/password-reset#{token}",
            "Il sert une seule fois, pendant une heure. Toutes vos sessions ouvertes seront "
            "fermées, vos jetons d’API révoqués et vos adresses privées de calendrier fermées.",
            f"Ce n’était pas vous{NARROW}? Ne faites rien{WIDE}: votre mot de passe reste le "
            "même, et personne ne peut le changer sans ce message.",
        ),
        at=asked.at,
    )


def password_changed(changed: Asked, site: str, tokens: int = 0, addresses: int = 0) -> Mail:
    """Tells someone that their password is another now, and what was closed with it."""
    closed = [
        f"{what}{WIDE}: {count}"
        for what, count in (
            ("jetons d’API révoqués", tokens),
            ("adresses privées de calendrier fermées", addresses),
        )
        if count
    ]
    also = f" Avec elles, {', '.join(closed)}. Recréez ceux qui servent encore." if closed else ""
    return Mail(
        about=f"password-changed.{changed.id.hex}.{changed.at:%Y%m%dT%H%M%S%f}",
        to=changed.email,
        subject="Votre mot de passe a changé",
        text=letter(
            site,
            f"Le mot de passe du compte Grappe de {quoted(changed.name)} a changé le "
            f"{moment(changed.at, HOME_ZONE)}. Les autres sessions ouvertes ont été fermées."
            f"{also}",
            f"C’était vous{NARROW}? Il n’y a rien à faire.",
            f"Ce n’était pas vous{NARROW}? Quelqu’un connaît votre mot de passe, ou lit votre "
            f"courrier. Changez d’abord celui de votre messagerie, puis celui de Grappe{WIDE}:",
            f"{site}/password-reset",
            "Prévenez aussi la personne qui coordonne votre regroupement.",
        ),
        at=changed.at,
    )


def letter(site: str, *paragraphs: str) -> str:
    """Paragraphs wrapped for a plain text reader; what is indented or a link stays whole."""
    kept = [
        part if part.startswith((" ", "http")) else textwrap.fill(part, WIDTH)
        for part in ("Bonjour,", *paragraphs)
    ]
    foot = f"-- \nGrappe, {site}\nMessage automatique{WIDE}: personne ne lit les réponses."
    return "\n\n".join([*kept, foot]) + "\n"


def moment(at: datetime, zone: str) -> str:
    """An instant on the clocks of a zone, as a mail says it: to the minute."""
    local = at.astimezone(ZoneInfo(zone))
    place = _PLACES.get(zone) or _of(zone.rpartition("/")[2].replace("_", " "))
    return f"{day(local)} à {local.hour}{WIDE}h{WIDE}{local.minute:02} (heure {place})"


def day(on: date) -> str:
    """A day, as a mail says it: its number stays with its month."""
    return words.day(on).replace(" ", WIDE, 1)


def _of(place: str) -> str:
    return f"d’{place}" if place[0] in "AEIOUY" else f"de {place}"
