"""What a stolen password hash costs whoever guesses at it."""

from pwdlib import PasswordHash

from app.people.passwords import hashing
from tests.conftest import OWN_HASHER


def test_a_guess_costs_what_the_rfc_advises() -> None:
    """RFC 9106, 4: the second recommended option, 64 MiB and three passes."""
    hashed = OWN_HASHER.hash("cerise-tuile-orage")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert OWN_HASHER.verify("cerise-tuile-orage", hashed)


def test_other_tests_guess_at_less() -> None:
    assert isinstance(hashing._HASHER, PasswordHash)
    assert "m=8,t=1,p=1" in hashing._HASHER.hash("cerise-tuile-orage")
