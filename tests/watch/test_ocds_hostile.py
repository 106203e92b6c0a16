"""What no release can do to the reader: it gives a notice or a reason, never anything else."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.watch.domain import Notice, UnreadableItem
from app.watch.service.content import content_of
from app.watch.sources.ocds import read
from app.watch.sources.ocds_package import unfolded
from tests.watch.ocds_samples import AWARD, TENDER, Json, record
from tests.watch.test_boamp_hostile import JSON, places

GOOD: dict[str, Json] = {
    "tender": TENDER,
    "award": AWARD,
    "compiled": record(TENDER, compiledRelease=TENDER),
    "merged": record(TENDER, AWARD),
}
SECTIONS = ["tender", "awards", "contracts", "parties", "lots", "items", "id", "amount", "endDate"]
ODD = st.dictionaries(st.sampled_from(SECTIONS), JSON, max_size=3) | JSON


def read_or_refused(item: object) -> None:
    try:
        notice = read(item, "Europe/London")
    except UnreadableItem as refusal:
        reason = str(refusal)
    else:
        check(notice)
        return
    assert 0 < len(reason) <= 200


def check(notice: Notice) -> None:
    assert isinstance(notice, Notice)
    assert content_of(notice)["title"]
    for words in (notice.title, notice.description, notice.buyer, *notice.follows):
        assert "\x00" not in words
        words.encode("utf-8")


@given(ODD)
def test_any_json_value_is_a_notice_or_refused(item: object) -> None:
    for one in unfolded(item):
        read_or_refused(one)


@settings(max_examples=500)
@given(st.data())
def test_a_good_release_with_one_thing_changed_is_a_notice_or_refused(data: st.DataObject) -> None:
    item = copy.deepcopy(data.draw(st.sampled_from(list(GOOD.values()))))
    *path, last = data.draw(st.sampled_from(places(item)))
    parent: object = item
    for key in path:
        parent = parent[key]  # type: ignore[index]
    if data.draw(st.booleans()):
        del parent[last]  # type: ignore[attr-defined]
    else:
        parent[last] = data.draw(ODD)  # type: ignore[index]
    read_or_refused(item)


@pytest.mark.parametrize("name", list(GOOD))
def test_every_part_can_be_missing_null_or_of_another_type(name: str) -> None:
    others: list[object] = [None, True, 3, 2.5, "", "é", [], [[]], {}, [None], [{"a": None}]]
    for *path, last in places(GOOD[name]):
        for other in others:
            item = copy.deepcopy(GOOD[name])
            parent: object = item
            for key in path:
                parent = parent[key]  # type: ignore[index]
            parent[last] = other  # type: ignore[index]
            read_or_refused(item)


def test_deep_nesting_is_survived_wherever_it_is() -> None:
    deep: object = "bottom"
    for level in range(200_000):
        deep = [deep] if level % 2 else {"id": "1", "tender": deep, "releases": deep}
    for field in TENDER:
        read_or_refused({**TENDER, field: deep})
    for field in TENDER["tender"]:
        read_or_refused({**TENDER, "tender": {**TENDER["tender"], field: deep}})
    read_or_refused(record({**TENDER, "tender": deep}, {**TENDER, "tender": deep}))


def test_a_release_of_many_lots_and_items_is_read_in_time_with_their_number() -> None:
    many = 20_000
    lots = [{"id": str(n), "title": f"Lot {n}"} for n in range(many)]
    items = [
        {"relatedLot": str(n), "classification": {"scheme": "CPV", "id": "50860000"}}
        for n in range(many)
    ]
    notice = read({**TENDER, "tender": {**TENDER["tender"], "lots": lots, "items": items}})
    assert len(notice.lots) == many
    assert notice.lots[-1].cpv == ("50860000",)
