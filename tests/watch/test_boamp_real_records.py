"""The reader over real records of the bulletin, which lie beside the project and not in it."""

import gzip
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.watch.domain import NoticeKind
from app.watch.sources.boamp import read

DATA = Path(__file__).parents[2] / "../shared/data"
RESPONSE = "boamp_responses/boamp_records_query_2024-07_MAPA_2of14615.json"

# Worked out by hand from gestion and donnees: instant in UTC, the source's words, certain.
# All these buyers keep the time of Paris: +2 until 25 October 2026, +1 in winter.
DEADLINES: dict[str, tuple[str, str, bool] | None] = {
    # Legacy: noon in April, whatever the winter offset says.
    "15-27549": ("2015-04-13T10:00:00+00:00", "2015-04-13T12:00:00+01:00", False),
    # MAPA and FNSimple without offset: the wall clock.
    "24-76638": ("2024-09-02T10:00:00+00:00", "2024-09-02T12:00:00", True),
    "24-76932": ("2024-07-25T10:00:00+00:00", "2024-07-25T12:00:00", True),
    "26-7109": ("2026-03-06T11:00:00+00:00", "2026-03-06T12:00:00", True),
    "26-7319": ("2026-02-11T11:00:00+00:00", "2026-02-11T12:00:00", True),
    "26-85977": ("2026-10-05T12:00:00+00:00", "2026-10-05T14:00:00.000", True),
    "26-86300": ("2026-09-28T14:00:00+00:00", "2026-09-28T16:00:00", True),
    # FNSimple with an offset that fits the season.
    "26-7298": ("2026-02-16T11:00:00+00:00", "2026-02-16T12:00:00.000+01:00", True),
    # eForms: as stated; the last one only says it in the lot's participation period.
    "26-84997": ("2026-09-11T10:00:00+00:00", "2026-09-11T12:00:00+02:00", True),
    "26-85090": ("2026-10-02T10:00:00+00:00", "2026-10-02T12:00:00+02:00", True),
    "26-85381": ("2026-10-05T14:00:00+00:00", "2026-10-05+02:00 16:00:00+02:00", True),
    # An award; a correction in words only.
    "26-82546": None,
    "26-86114": None,
}


def records(path: str) -> Any:
    """The records in a file of the shared data; skips the test when the data are not there."""
    file = DATA / path
    if not file.exists():
        pytest.skip(f"SKIPPED: the real BOAMP records are not at {file}")
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    tree = json.loads(raw)
    return tree["results"] if isinstance(tree, dict) and "results" in tree else tree


def real(source_id: str) -> Any:
    folder = DATA / "boamp"
    found = list(folder.glob(f"{source_id}_*.json"))
    if not found:
        pytest.skip(f"SKIPPED: the real BOAMP record {source_id} is not in {folder}")
    return records(f"boamp/{found[0].name}")


def test_every_real_record_has_its_deadline_worked_out_by_hand() -> None:
    if not (DATA / "boamp").is_dir():
        pytest.skip(f"SKIPPED: the real BOAMP records are not at {DATA / 'boamp'}")
    assert {file.name.split("_")[0] for file in (DATA / "boamp").glob("*.json")} == set(DEADLINES)


@pytest.mark.parametrize("source_id", list(DEADLINES))
def test_a_real_record_is_read_with_its_deadline(source_id: str) -> None:
    notice = read(real(source_id))
    assert notice.source_id == source_id
    deadline = notice.deadline
    if deadline is None:
        assert DEADLINES[source_id] is None
    else:
        assert (deadline.at.isoformat(), deadline.text, deadline.certain) == DEADLINES[source_id]
        assert deadline.zone == "Europe/Paris"


def test_a_real_european_record_is_bought_by_its_buyer() -> None:
    notice = read(real("26-85090"))
    assert notice.buyer == "Communauté de communes LE GRESIVAUDAN"
    assert notice.buyer_siret is None
    assert notice.estimate is None
    assert read(real("26-85381")).buyer_siret == "23750007900312"


def test_a_real_correction_follows_its_notices() -> None:
    assert read(real("26-84997")).kind is NoticeKind.CORRECTION
    assert read(real("26-84997")).follows == ("26-67261", "26-67950")
    assert read(real("26-86114")).follows == ("26-79146",)
    assert read(real("26-82546")).kind is NoticeKind.AWARD


def test_a_real_title_that_is_cut_is_found_whole() -> None:
    title = read(real("26-86300")).title
    assert not title.endswith("...")
    assert "Paris 75008" in title


@pytest.mark.parametrize(
    "path",
    [
        "boamp_responses/boamp_slim_10000_2017-2024.json.gz",
        "boamp_responses/boamp_slim_text_traps_sample.json",
    ],
)
def test_every_real_slim_record_is_read_quickly_with_a_doubted_deadline(path: str) -> None:
    slim = records(path)
    started = time.process_time()
    notices = [read(record) for record in slim]
    took = time.process_time() - started
    assert len(notices) in (122, 10_000)
    assert took < 2.0 or sys.gettrace()  # measuring coverage takes its time
    for record, notice in zip(slim, notices, strict=True):
        assert notice.kind is NoticeKind.CALL
        assert notice.deadline is not None
        assert not notice.deadline.certain
        assert notice.deadline.text == record["datelimitereponse"]
        assert not any("\x7f" <= sign <= "\x9f" for sign in notice.title)


def test_a_real_response_reads_as_its_records_do() -> None:
    notices = [read(record) for record in records(RESPONSE)]
    assert [notice.source_id for notice in notices] == ["24-76932", "24-76638"]
