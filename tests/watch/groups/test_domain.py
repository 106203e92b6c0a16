"""When titles say the same, which groups become one, and what is an echo."""

from itertools import permutations
from uuid import UUID

import pytest

from app.watch.groups.domain import Link, alike, is_echo, roots

A, B, C, D = (UUID(int=n) for n in range(1, 5))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("Étude de caractérisation des déchets", "étude de caracterisation des dechets.", 1),
        ("Maîtrise d'œuvre de l'école", "maitrise d oeuvre de l ecole", 1),
        # One cuts the title, the other adds its reference.
        ("Révision du plan local d'urbanisme", "2026-07 Révision du plan local d'urbanisme", 6 / 8),
        ("Mouillages et équipement léger", "Mouillages et équipements légers", 1),
        # A word of its own on each side names two things.
        (
            "Rénovation de l'école maternelle Kergomard",
            "Rénovation de l'école maternelle Kennedy",
            0,
        ),
        ("Réseaux unitaires - secteur 2", "Réseaux unitaires - secteur 3", 0),
        # Too little in common, or too few words, to say anything.
        ("Travaux", "Travaux de voirie", 0),
        (
            "Travaux de la ville",
            "Travaux de la ville pour le collège et le gymnase Marcel Pagnol",
            0,
        ),
        ("Travaux", "TRAVAUX", 1),
        ("…", "!", 0),
    ],
)
def test_titles_are_alike_when_one_lies_in_the_other(one: str, other: str, share: float) -> None:
    assert alike(one, other) == alike(other, one) == pytest.approx(share)


def test_groups_that_are_linked_become_the_oldest_whatever_the_order() -> None:
    links = [Link(C, D), Link(B, C), Link(A, A)]
    for order in permutations(links):
        assert roots(order) == {A: A, B: B, C: B, D: B}


def test_what_one_source_said_another_echoes_as_often_and_no_more() -> None:
    first = {("correction", "boamp"): 1}
    assert is_echo("correction", "ted", first)
    assert not is_echo("correction", "boamp", first)
    assert not is_echo("award", "ted", first)
    both = {**first, ("correction", "ted"): 1}
    assert not is_echo("correction", "ted", both)
    assert not is_echo("correction", "boamp", both)
    assert is_echo("correction", "ted", {**both, ("correction", "boamp"): 2})
    assert not is_echo("call", "boamp", {})
