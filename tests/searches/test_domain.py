"""Rules of saved searches that need no database."""

import pytest

from app.kernel.errors import Invalid
from app.searches.domain import Criteria, NothingAsked, TooCommon
from app.searches.domain.anchors import Stems, anchors
from app.searches.domain.passages import Piece, marked, passages
from app.watch.domain import NoticeKind

STEMS = {
    "travaux": Stems(("traval",), ("travaux",)),
    "théâtre": Stems(("theatr",), ("theatr",)),
    "de": Stems((), ("de",)),
    "off": Stems(("off",), ()),
    "maîtrise d’œuvre": Stems(("maitris", "oeuvr"), ("maitris", "d", "oeuvr")),
}
SHARES = {"wtraval": 0.4, "wtravaux": 0.4, "wtheatr": 0.01, "woff": 0.02, "woeuvr": 0.1}


def frequency(key: str) -> float:
    return SHARES.get(key, 0.05)


@pytest.mark.parametrize(
    ("criteria", "keys"),
    [
        (Criteria(words="travaux théâtre"), {"wtheatr"}),
        (Criteria(words="travaux or théâtre"), {"wtraval", "wtravaux", "wtheatr"}),
        (Criteria(words='"maîtrise d’œuvre"'), {"wmaitris"}),
        (Criteria(words="de off"), {"woff"}),
        (Criteria(words="travaux -théâtre", cpv=("4521",)), {"c4521"}),
        (Criteria(words="travaux", departments=("42",)), {"d42", "nFRK25"}),
        (Criteria(words="théâtre", departments=("42",)), {"wtheatr"}),
        (Criteria(departments=("2A",), around=True), {"d2A", "d2B", "nFRM01", "nFRM02"}),
        (Criteria(nuts=("BE1",)), {"nBE1"}),
        (Criteria(sirens=("130005481",)), {"s130005481"}),
        (Criteria(buyers=("théâtre",), sirens=("130005481",)), {"wtheatr", "s130005481"}),
        (Criteria(concession=True), {"*"}),
        (Criteria(words="-travaux", kinds=(NoticeKind.AWARD,)), {"*"}),
    ],
)
def test_the_anchors_are_the_rarest_keys_that_no_match_does_without(
    criteria: Criteria, keys: set[str]
) -> None:
    assert set(anchors(criteria, STEMS, frequency)) == keys


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(words="de"),
        Criteria(words="de", cpv=("45",)),
        Criteria(buyers=("de",)),
        Criteria(procedures=("de",)),
    ],
)
def test_words_that_are_never_looked_for_are_refused(criteria: Criteria) -> None:
    with pytest.raises(TooCommon):
        anchors(criteria, STEMS, frequency)


@pytest.mark.parametrize("criteria", [Criteria(), Criteria(words="-travaux -théâtre")])
def test_a_search_asks_for_something(criteria: Criteria) -> None:
    with pytest.raises(NothingAsked):
        criteria.check()


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        (Criteria(estimate_from=2, estimate_to=1), "below_minimum"),
        (Criteria(days_from=20, days_to=3), "below_minimum"),
        (Criteria(words="mot " * 41), "too_many_words"),
        (Criteria(around=True, cpv=("45",)), "around_nothing"),
    ],
)
def test_what_makes_no_sense_says_where(criteria: Criteria, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        criteria.check()
    assert [fault.code for fault in refusal.value.faults] == [code]


def test_a_region_is_its_departments_and_their_codes() -> None:
    places = Criteria(regions=("94",)).places()
    assert places == (["2A", "2B"], ["FRM01", "FRM02"])
    assert Criteria(nuts=("FRM0",)).places() == (["2A", "2B"], ["FRM0", "FRM01", "FRM02"])
    assert Criteria(words="théâtre").places() is None


def test_a_passage_shows_the_words_as_they_are_spelled() -> None:
    line = marked("Mission de MAÎTRISE D’ŒUVRE (oeuvre)", ["MAÎTRISE", "ŒUVRE"])
    assert "".join(piece.text for piece in line) == "Mission de MAÎTRISE D’ŒUVRE (oeuvre)"
    assert [piece.text for piece in line if piece.found] == ["MAÎTRISE", "ŒUVRE"]


def test_passages_are_few_short_and_in_order() -> None:
    body = " ".join(f"{'x' * 100} théâtre {number}" for number in range(9))
    found = passages(body, ["théâtre"])
    assert len(found) == 3
    for number, passage in enumerate(found):
        assert Piece("théâtre", found=True) in passage
        assert f"théâtre {number}" in "".join(piece.text for piece in passage)
        assert sum(len(piece.text) for piece in passage) <= 127
    assert passages(body, []) == passages(body, ["absent"]) == []
    assert passages("a.b (théâtre) [", ["théâtre", "a.b"]) != []
