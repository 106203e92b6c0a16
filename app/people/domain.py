"""Rules of sign-in that need no database."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from app.kernel.errors import AppError, Conflict, Forbidden, Invalid, Unauthenticated
from app.kernel.mail import is_address

TOKEN_BYTES = 32
PREFIX_LENGTH = 15
MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 12, 200


class WrongGuess(Unauthenticated):
    """A secret that does not fit: the try stays counted (see ``attempts``)."""


class WrongCredentials(WrongGuess):
    """Unknown mail and wrong password read the same."""

    code = "wrong_credentials"
    title = "Adresse ou mot de passe incorrect."


class TooManySignIns(AppError):
    """Each sign-in costs 64 MB and a tenth of a second: only so many may wait."""

    status, code = 429, "too_many_sign_ins"
    title = "Trop de connexions en même temps : réessayez dans un instant."


class BadEmail(Invalid):
    """No mail would arrive there."""

    code = "bad_email"
    title = "Cette adresse électronique n'en est pas une."


class ChooseMembership(Conflict):
    """The person acts in several capacities: one must be chosen."""

    code = "choose_membership"
    title = "Vous avez plusieurs rôles : choisissez-en un (membership_id)."


class WeakPassword(Invalid):
    """Too easy to guess for who has the hash; the detail says what would do."""

    code = "weak_password"
    title = "Ce mot de passe ne convient pas."


class SessionOnly(Forbidden):
    """A program's token may leak where nobody looks: it must not beget credentials."""

    code = "session_only"
    title = "Cela demande une personne connectée : un jeton de programme ne suffit pas."


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lives without a renewal, and how long with all of them."""

    unrenewed: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """An opened session: its secret, shown once, and until when it serves."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A new token: the secret is shown once, the hash is what is stored."""

    secret: str
    prefix: str
    hash: bytes


def fresh_token() -> FreshToken:
    """256 random bits behind a prefix that secret scanners can recognise."""
    secret = "grappe_" + secrets.token_urlsafe(TOKEN_BYTES)
    return FreshToken(secret, secret[:PREFIX_LENGTH], sha256(secret.encode()).digest())


def check_email(address: str) -> None:
    """Raise BadEmail unless mail could arrive there from anywhere."""
    if not is_address(address) or "." not in address.partition("@")[2]:
        raise BadEmail
