"""What no record can do to the reader: it gives a notice or a reason, never anything else."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.watch.domain import Notice, UnreadableItem
from app.watch.sources.boamp import read
from tests.watch.boamp_samples import EFORMS, GOOD, LEGACY, SIX_FIELDS, Json


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        "26-1",
        3,
        {},
        SIX_FIELDS | {"idweb": None},
        SIX_FIELDS | {"idweb": 26},
        SIX_FIELDS | {"idweb": "x" * 10**6},
        SIX_FIELDS | {"objet": None},
        SIX_FIELDS | {"objet": " ... \x00"},
        SIX_FIELDS | {"objet": {"a": 1}},
        SIX_FIELDS | {"dateparution": "2019-02-30"},
        SIX_FIELDS | {"dateparution": 20190603},
    ],
)
def test_an_unusable_item_is_set_aside_with_a_short_french_reason(record: object) -> None:
    with pytest.raises(UnreadableItem) as refusal:
        read(record)
    reason = str(refusal.value)
    assert reason.startswith("L'")
    assert "\n" not in reason
    assert len(reason) <= 200


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=20)
    | st.sampled_from(["2026-02-30", "2099-01-01T00:00:00Z", "ORG-0002", "26-1001", "&amp", "1e9"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8)
            | st.sampled_from([*GOOD["eforms"], *EFORMS, *LEGACY, "#text", "lot"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def read_or_refused(record: object) -> None:
    try:
        notice = read(record)
    except UnreadableItem as refusal:
        reason = str(refusal)
    else:
        assert isinstance(notice, Notice)
        # A repr would escape what a database refuses; the texts themselves must be storable.
        for words in (notice.title, notice.description, notice.buyer, *notice.follows):
            assert "\x00" not in words
            words.encode("utf-8")
        return
    assert 0 < len(reason) <= 200


@given(JSON)
def test_any_json_value_is_a_notice_or_refused(record: object) -> None:
    read_or_refused(record)


def places(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(tree, dict):
        pairs: list[tuple[str | int, object]] = list(tree.items())
    else:
        pairs = list(enumerate(tree)) if isinstance(tree, list) else []
    below = [place for key, child in pairs for place in places(child, (*path, key))]
    return [*((*path, key) for key, _ in pairs), *below]


def unfolded(record: Json) -> Json:
    trees = {
        name: json.loads(str(record[name])) for name in ("gestion", "donnees") if name in record
    }
    return record | trees


@settings(max_examples=400)
@given(st.data())
def test_a_good_record_with_one_thing_changed_is_a_notice_or_refused(data: st.DataObject) -> None:
    record = copy.deepcopy(unfolded(data.draw(st.sampled_from(list(GOOD.values())))))
    *path, last = data.draw(st.sampled_from(places(record)))
    parent: object = record
    for key in path:
        parent = parent[key]  # type: ignore[index]
    if data.draw(st.booleans()):
        del parent[last]  # type: ignore[attr-defined]
    else:
        parent[last] = data.draw(JSON)  # type: ignore[index]
    read_or_refused(record)


@pytest.mark.parametrize("name", list(GOOD))
def test_every_field_can_be_missing_null_or_of_another_type(name: str) -> None:
    others: list[object] = [None, True, 3, 2.5, "", "é", [], [[]], {}, {"#text": 3}, [{"a": None}]]
    for field in GOOD[name]:
        read_or_refused({key: value for key, value in GOOD[name].items() if key != field})
        for other in others:
            read_or_refused(GOOD[name] | {field: other})


@pytest.fixture(scope="module")
def deep() -> object:
    """Lists and objects in one another: to make it takes longer than all that is tried with it."""
    tree: object = "fond"
    for level in range(200_000):
        tree = [tree] if level % 2 else {"#text": tree, "EFORMS": tree}
    return tree


@pytest.mark.parametrize("field", [*GOOD["eforms"], "inconnu"])
def test_deep_nesting_is_survived_wherever_it_is(field: str, deep: object) -> None:
    read_or_refused(GOOD["eforms"] | {field: deep})
    read_or_refused(GOOD["eforms"] | {field: '{"a":' * 200_000 + "1" + "}" * 200_000})
