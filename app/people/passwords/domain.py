"""Rules of replaced passwords: no database needed."""

from datetime import timedelta

from app.people.domain import WrongGuess

RESET_LIFE = timedelta(hours=1)
RESETS_AT_ONCE = 3
"""Mails with a living link that one mailbox may hold: more are not sent."""


class WrongPassword(WrongGuess):
    """Whoever found an open session does not know the password; the session itself is good."""

    status, code = 403, "wrong_password"
    title = "Le mot de passe actuel n'est pas celui-ci."
