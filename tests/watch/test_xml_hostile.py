"""XML made to harm is refused before it costs, and set aside; nothing in it is ever fetched."""

import gzip
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.watch.domain import UnreadableItem
from app.watch.sources import boamp_xml, ted
from app.watch.sources.files import read_file
from app.watch.sources.kinds import TED
from app.watch.sources.xml_tree import MAX_CHARACTERS, MAX_DEPTH, decoded, parse
from tests.watch.eforms_samples import changed, criterion, lot, notice, party, result, tender, terms

SECONDS = 1 if sys.gettrace() is None else 4
"""Of CPU; a tracer, as coverage is, makes each line dearer."""

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def with_doctype(declared: str, inside: str = "") -> str:
    head, rest = notice().split("?>", 1)
    titled = rest.replace("Entretien des orgues", f"Orgues {inside}")
    return f"{head}?>{declared}{titled}"


HOSTILE: dict[str, Callable[[], str]] = {
    "bomb": lambda: with_doctype(f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;"),
    "quadratic": lambda: with_doctype(
        f'<!DOCTYPE x [<!ENTITY a "{"x" * 100_000}">]>', "&a;" * 10_000
    ),
    "external": lambda: with_doctype(
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', "&a;"
    ),
    "remote": lambda: with_doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "parameter": lambda: with_doctype('<!DOCTYPE x [<!ENTITY % a SYSTEM "http://x/"> %a;]>'),
    "bare doctype": lambda: with_doctype("<!DOCTYPE ContractNotice>"),
    "200 MB of text": lambda: "<a>" + "x" * 200_000_000 + "</a>",
    "a million attributes": lambda: "<a " + " ".join(f'a{n}="1"' for n in range(10**6)) + "/>",
    "attributes spread": lambda: (
        "<a>" + ("<b " + " ".join(f'a{n}="1"' for n in range(1000)) + "/>") * 1000 + "</a>"
    ),
    "deep": lambda: "<a>" * 10**6,
    "a level too many": lambda: "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1),
    "elements": lambda: "<a>" + "<b/>" * 3 * 10**6,
    "a long tag": lambda: f"<{'a' * 15_000_000}/>",
    "a long comment": lambda: f"<a><!--{'x' * 15_000_000}--></a>",
    "NUL": lambda: notice().replace("orgues", "org\0ues"),
    "half a surrogate": lambda: notice().replace("orgues", "org\ud800ues"),
    "no such entity": lambda: notice().replace("orgues", "&eacute;"),
    "two roots": lambda: notice() + "<b/>",
    "a prefix of nobody's": lambda: "<x:a/>",
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_xml_is_refused_in_under_a_second(name: str) -> None:
    document = HOSTILE[name]()
    started = time.process_time()
    with pytest.raises(UnreadableItem) as refusal:
        ted.read(document)
    assert time.process_time() - started < SECONDS
    assert str(refusal.value).startswith("Le document XML ")
    with pytest.raises(UnreadableItem):
        boamp_xml.read(document)


def test_a_doctype_is_named_as_the_reason() -> None:
    for name in ("bomb", "external", "remote", "parameter", "bare doctype"):
        with pytest.raises(UnreadableItem, match="DOCTYPE"):
            ted.read(HOSTILE[name]())


def test_the_bounds_leave_room_for_what_is_honest() -> None:
    parse(f"<a>{'x' * (MAX_CHARACTERS - 100)}</a>")
    parse("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)
    many = "".join(lot(f"LOT-{n:04}", terms(criterion("price", "Prix"))) for n in range(1000))
    assert len(ted.read(notice(many)).lots) == 1000


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_beyond_the_bound_is_one_item_set_aside(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "long.xml"
    body = b"<a>" + b" " * (MAX_CHARACTERS + 10) + b"</a>"
    path.write_bytes(gzip.compress(body) if packed else body)
    (item,) = TED.recognise(read_file(path))
    assert isinstance(item, UnreadableItem)
    assert "trop long" in str(item)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("é".encode(), "é"),
        ("é".encode("latin-1"), "é"),
        (b"\xef\xbb\xbf\xc3\xa9", "é"),
        ("é".encode("utf-16"), "é"),
        (b'<?xml version="1.0" encoding="ISO-8859-15"?>\xa4', "€"),
        (b'<?xml version="1.0" encoding="utf-16"?>\xc3\xa9', "é"),
    ],
)
def test_a_document_is_text_by_its_mark_or_its_word(body: bytes, words: str) -> None:
    assert decoded(body).endswith(words)


@pytest.mark.parametrize("name", ["x-rot13", "zlib", "idna", "utf-7"])
def test_an_encoding_that_is_none_of_notices_is_refused(name: str) -> None:
    with pytest.raises(UnreadableItem, match="encodage"):
        decoded(f'<?xml version="1.0" encoding="{name}"?><a/>'.encode())


WHOLE = notice(
    lot("LOT-0001", terms(criterion("price", "Prix", "60", "number-weight/per-exa"))),
    extension=changed("1-2025")
    + "<efac:NoticeResult>"
    + result("LOT-0001", "TEN-0001")
    + tender("TEN-0001", "TPA-0001", "12")
    + party("TPA-0001", "ORG-0001")
    + "</efac:NoticeResult>",
)


@settings(max_examples=300)
@given(st.integers(0, len(WHOLE)), st.integers(0, 60), st.text(max_size=8))
def test_a_document_changed_anywhere_is_a_notice_or_refused(at: int, cut: int, put: str) -> None:
    document = WHOLE[:at] + put + WHOLE[at + cut :]
    reason = ""
    try:
        read = ted.read(document)
    except UnreadableItem as refusal:
        reason = str(refusal)
    if reason:
        assert len(reason) <= 200
        return
    for words in (read.title, read.description, read.buyer, *read.follows):
        assert "\x00" not in words
        words.encode()
