"""Mail addresses: one account is known by one spelling."""

import pytest

from app.kernel.mail import normal_address


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Camille@Scene.Example\n", "camille@scene.example"),
        ("camille@scene.example", "camille@scene.example"),
    ],
)
def test_an_address_is_known_however_it_is_written(given: str, kept: str) -> None:
    assert normal_address(given) == kept


def test_a_dotted_capital_does_not_become_someone_elses_letter() -> None:
    assert normal_address("camİlle@scene.example") != "camille@scene.example"
