"""What the installation's secret keeps: sealed once, readable for good, by nobody else."""

import pytest

from app.infra.secret import SealBroken, seal, unseal

SECRET = "the installation's secret"
BOUND = bytes(range(16))


def test_what_was_sealed_opens_for_its_purpose_beside_what_it_is_bound_to() -> None:
    sealed = seal(SECRET, "second_factor", b"plain", BOUND)
    assert unseal(SECRET, "second_factor", sealed, BOUND) == b"plain"
    assert seal(SECRET, "second_factor", b"plain", BOUND) != sealed
    for secret, purpose, bound in (
        ("another secret", "second_factor", BOUND),
        (SECRET, "single_sign_on", BOUND),
        (SECRET, "second_factor", bytes(16)),
        (SECRET, "second_factor", b""),
    ):
        with pytest.raises(SealBroken):
            unseal(secret, purpose, sealed, bound)


@pytest.mark.parametrize("length", range(34))
def test_what_was_cut_does_not_open(length: int) -> None:
    sealed = seal(SECRET, "second_factor", b"plain")
    assert len(sealed) == 33
    with pytest.raises(SealBroken):
        unseal(SECRET, "second_factor", sealed[:length] if length < 33 else sealed + b"\0")


@pytest.mark.parametrize(
    ("purpose", "kept", "bound", "plain"),
    [
        (
            "second_factor",
            "000102030405060708090a0b799123eb4a57bbd48e07a53971a984d5f4e4b65901cc80cf4e032b4d"
            "f80b44d8",
            BOUND,
            b"JBSWY3DPEHPK3PXP",
        ),
        (
            "single_sign_on",
            "000102030405060708090a0b3b62d9054719a746ff9c32385394f6bd685b",
            b"",
            b"{}",
        ),
    ],
)
def test_what_databases_hold_stays_readable(
    purpose: str, kept: str, bound: bytes, plain: bytes
) -> None:
    assert unseal(SECRET, purpose, bytes.fromhex(kept), bound) == plain
