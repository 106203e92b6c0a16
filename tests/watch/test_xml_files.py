"""XML in files: a document, several, packed, or in an archive; beside JSON under one command."""

import gzip
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.infra.db import Database
from app.watch.domain import UnreadableItem
from app.watch.service import import_file
from app.watch.sources import BrokenFile, SourceFailure, UnknownDialect, xml_files
from app.watch.sources.files import read_file
from app.watch.sources.kinds import BOAMP, TED
from tests.watch.eforms_samples import notice
from tests.watch.notices import stored
from tests.world import NOW

ONE, TWO = notice(published="00930501-2025"), notice(published="00930502-2025")


def archive(path: Path, members: Iterable[tuple[str, str]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members:
            packed.writestr(name, text)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_document_is_one_item(tmp_path: Path, encoding: str, packed: bool) -> None:
    body = ("\n " + ONE if encoding == "utf-8" else ONE).encode(encoding)
    path = tmp_path / "notice.xml"
    path.write_bytes(gzip.compress(body) if packed else body)
    (item,) = read_file(path)
    assert isinstance(item, str)
    assert item.strip() == ONE


def test_an_archive_gives_its_documents_and_passes_over_the_rest(tmp_path: Path) -> None:
    path = archive(tmp_path / "day.zip", [("a/1.xml", ONE), ("README.txt", "rien"), ("2.XML", TWO)])
    assert list(TED.recognise(read_file(path))) == [ONE, TWO]


def test_an_archive_of_one_long_document_keeps_the_others(tmp_path: Path) -> None:
    path = archive(tmp_path / "day.zip", [("1.xml", " " * 40_000_000), ("2.xml", TWO)])
    long, two = TED.recognise(read_file(path))
    assert isinstance(long, UnreadableItem)
    assert two == TWO


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[: len(body) // 2],
        lambda body: body.replace(b"PK\x01\x02", b"XX\x01\x02"),
        lambda body: body[:60] + b"\xff" * 40 + body[100:],
    ],
)
def test_a_broken_archive_is_said_in_one_line(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    path = archive(tmp_path / "day.zip", [("1.xml", ONE)])
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(BrokenFile, match="zip"):
        list(read_file(path))


def test_an_archive_of_too_many_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_files, "MAX_MEMBERS", 3)
    path = archive(tmp_path / "many.zip", ((f"{n}.xml", "") for n in range(4)))
    with pytest.raises(BrokenFile, match="plus de"):
        list(read_file(path))


def test_a_cut_document_packed_by_gzip_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "notice.xml.gz"
    path.write_bytes(gzip.compress(ONE.encode())[:-20])
    with pytest.raises(BrokenFile, match="gzip"):
        list(read_file(path))


def test_a_document_of_another_source_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "notice.xml"
    path.write_text(ONE)
    with pytest.raises(UnknownDialect):
        BOAMP.recognise(read_file(path))
    path.write_text("<rss><channel/></rss>")
    with pytest.raises(UnknownDialect, match="eForms"):
        TED.recognise(read_file(path))
    path.write_text("<html>503</html>")
    with pytest.raises(SourceFailure, match="JSON"):
        TED.recognise(read_file(path))


async def test_documents_arrive_once_however_they_come(importer: Database, tmp_path: Path) -> None:
    path = archive(tmp_path / "day.zip", [("1.xml", ONE), ("2.xml", TWO), ("3.xml", ONE)])
    run = await import_file(importer, path, source="ted", clock=lambda: NOW)
    assert (run.counts.seen, run.counts.new, run.counts.same) == (3, 2, 1)
    again = tmp_path / "again.xml"
    again.write_text(TWO)
    run = await import_file(importer, again, source="ted", clock=lambda: NOW)
    assert (run.counts.seen, run.counts.same) == (1, 1)
    assert len(await stored(importer, "930501-2025", "930502-2025")) == 2
