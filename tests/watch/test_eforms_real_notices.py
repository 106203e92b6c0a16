"""Real European notices, which lie beside the project and not in it: all are read or set aside."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kernel.money import Money
from app.watch.domain import Award, CriterionKind, Notice, NoticeKind, Reservation, UnreadableItem
from app.watch.sources import ted
from app.watch.sources.xml_tree import decoded

DATA = Path(__file__).parents[2] / "../shared/data/eforms"

# All are drafts without an identifier, but the one that only breaks a rule of the trade, and the
# registration of a company, which announces nothing to buy.
SET_ASIDE = {
    "INVALID_can_24_empty": "identifiant",
    "INVALID_can_24_stage-1": "identifiant",
    "INVALID_cn_24_empty": "identifiant",
    "INVALID_cn_24_stage-1": "identifiant",
    "INVALID_cn_24_stage-2": "identifiant",
    "INVALID_pin-only_24_empty": "identifiant",
    "INVALID_pin-only_24_minimal": "identifiant",
    "X02_registration": "objet",
}


def folder(name: str) -> list[Path]:
    files = sorted((DATA / name).glob("*.xml"))
    if not files:
        pytest.skip(f"SKIPPED: no real eForms notices at {DATA / name}")
    return files


def real(name: str) -> Notice:
    found = [file for place in DATA.glob("*") for file in place.glob(f"{name}.xml")]
    if not found:
        pytest.skip(f"SKIPPED: the real notice {name} is not under {DATA}")
    return ted.read(decoded(found[0].read_bytes()))


def test_every_published_notice_is_read() -> None:
    files = folder("ted_published")
    assert len(files) >= 49
    started = time.process_time()
    for file in files:
        item = decoded(file.read_bytes())
        assert ted.knows(item)
        notice = ted.read(item)
        number, year = file.stem.rpartition("_")[2].split("-")
        assert notice.source_id == f"{int(number)}-{year}"
        assert notice.buyer
        assert notice.cpv
    assert (time.process_time() - started) / len(files) < 0.05


def examples() -> Iterator[tuple[str, Notice | str]]:
    for file in folder("sdk_examples"):
        try:
            yield file.stem, ted.read(decoded(file.read_bytes()))
        except UnreadableItem as refusal:
            yield file.stem, str(refusal)


def test_every_example_is_read_or_set_aside_with_its_reason() -> None:
    refused = {name: read for name, read in examples() if isinstance(read, str)}
    assert set(refused) == set(SET_ASIDE)
    for name, reason in SET_ASIDE.items():
        assert reason in refused[name]


def test_a_cancelled_notice_may_keep_its_deadline() -> None:
    void = real("change-cn_24_void")
    assert void.kind is NoticeKind.CANCELLATION
    assert void.deadline is not None
    assert void.follows == ("f42be27e-09cf-4f0e-a745-63ec689631e6-01",)


def test_a_real_french_notice_is_placed_in_its_department() -> None:
    notice = real("st16_00047522-2024")
    assert (notice.departments, notice.nuts) == (("30",), ("FRJ12",))
    assert [lot.number for lot in notice.lots] == ["LOT-0001", "LOT-0002"]
    # The buyer states +02:00 in February: what is stated counts.
    assert notice.deadline is not None
    assert notice.deadline.at.isoformat() == "2024-02-28T10:00:00+00:00"


def test_a_real_overseas_buyer_has_its_own_clock() -> None:
    notice = real("st10_00219998-2024")
    assert notice.departments == ("971",)
    assert notice.deadline is not None
    assert notice.deadline.zone == "America/Guadeloupe"


def test_real_criteria_and_reservations_are_kept() -> None:
    kinds = [one.kind for one in real("st14_00761524-2023").criteria]
    assert set(kinds) <= {CriterionKind.PRICE, CriterionKind.QUALITY}
    assert len(kinds) == 6
    assert real("pin-cfc-social_24").reserved == (Reservation.SHELTERED,)


def test_real_winners_are_found() -> None:
    (award,) = real("can_24_LSBU").awards
    assert award.winner
    assert award.lot == "LOT-0000"
    assert len(real("st29_00525037-2024").awards) == 12
    assert real("st29_00559670-2025").awards == ()


def test_the_example_of_everything_gives_everything() -> None:
    notice = real("can_24_maximal")
    assert [award.lot for award in notice.awards] == ["LOT-0001", "LOT-0001"]
    first = notice.awards[0]
    assert isinstance(first, Award)
    assert isinstance(first.amount, Money)
