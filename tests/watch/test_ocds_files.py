"""OCDS in files: packages of any size and wrapping, in whatever bytes, read as a stream."""

import gzip
import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from app.watch.domain import Notice
from app.watch.sources import SourceFailure, UnknownDialect
from app.watch.sources.files import read_file
from app.watch.sources.kinds import OCDS
from tests.watch.ocds_samples import AWARD, TENDER, Json, record, tender
from tests.watch.publisher import releases

PACKAGE: Json = {"uri": "https://t.example/1", "releases": [TENDER, AWARD]}
ONE, TWO = "ocds-t3st01-0042/0042-tender", "ocds-t3st01-0042/0042-award"
WORDS = "Réfection de l’orgue, 2 000 €"


def arrived(path: Path, content: object) -> list[Notice]:
    """The notices of a file."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return [OCDS.dialect_of(item).read(item) for item in OCDS.recognise(read_file(path))]


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (PACKAGE, [ONE, TWO]),
        (TENDER, [ONE]),
        ([TENDER, AWARD], [ONE, TWO]),
        ([{"releases": [TENDER]}, {"releases": [AWARD]}], [ONE, TWO]),
        ({"data": {"item": PACKAGE}}, [ONE, TWO]),
        ({"records": [record(TENDER, AWARD)]}, ["ocds-t3st01-0042"]),
        # A record alone holds releases, and is none.
        (record(TENDER, compiledRelease=TENDER), ["ocds-t3st01-0042"]),
        (json.dumps(PACKAGE).encode() + json.dumps(PACKAGE).encode(), [ONE, TWO, ONE, TWO]),
        (gzip.compress(json.dumps(PACKAGE).encode()), [ONE, TWO]),
    ],
    # Of their own: compressed bytes hold the second in which they were made.
    ids=[
        *("package", "release", "releases", "packages", "wrapped", "record", "record alone"),
        *("packages in a row", "compressed"),
    ],
)
def test_a_file_of_each_shape_is_read(tmp_path: Path, content: object, ids: list[str]) -> None:
    assert [notice.source_id for notice in arrived(tmp_path / "f.json", content)] == ids


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("_", "."), body)
    return path


def test_a_zip_of_packages_is_read_whole(tmp_path: Path) -> None:
    first, second = (json.dumps({"releases": [one]}).encode() for one in (TENDER, AWARD))
    path = zipped(tmp_path / "day.zip", a_json=first, notes_txt=b"...", b_JSON=second)
    items = OCDS.recognise(read_file(path))
    assert [OCDS.dialect_of(item).read(item).source_id for item in items] == [ONE, TWO]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a_json": b'{"releases": [{"ocid": "x"'}, "a.json"),
        ({"a_csv": b"ocid;title"}, "ni XML ni JSON"),
    ],
)
def test_a_zip_that_breaks_or_holds_nothing_to_read_says_so(
    tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    with pytest.raises(SourceFailure) as refused:
        list(read_file(zipped(tmp_path / "day.zip", **members)))
    assert said in f"{refused.value.detail}"


def test_a_shape_of_its_own_is_no_package(tmp_path: Path) -> None:
    bought = {"id": "1", "classification": {"scheme": "CPV", "id": "44617100-9"}}
    own = {"data": {"tenderID": "UA-2026-03-02-000100", "title": "Картон", "items": [bought]}}
    with pytest.raises(UnknownDialect, match="ocid"):
        arrived(tmp_path / "f.json", own)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252"])
def test_letters_in_other_bytes_are_read(tmp_path: Path, charset: str) -> None:
    body = json.dumps({"releases": [tender(title=WORDS)]}, ensure_ascii=False).encode(charset)
    (notice,) = arrived(tmp_path / "f.json", body)
    assert notice.title == WORDS


def test_a_letter_cut_between_two_chunks_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.watch.sources.files.CHUNK_BYTES", 1)
    body = json.dumps({"releases": [tender(title=WORDS)]}, ensure_ascii=False).encode()
    (notice,) = arrived(tmp_path / "f.json", body)
    assert notice.title == WORDS


def test_a_huge_package_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    path.write_text(json.dumps({"releases": releases(4000)}))
    assert path.stat().st_size > 4_000_000
    tracemalloc.start()
    count = sum(1 for _ in OCDS.recognise(read_file(path)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 4000
    assert peak < 2_000_000
