"""Reading code lists: the official shapes, and what no list should be."""

import tracemalloc
from pathlib import Path

import pytest

from app.watch.codes import reading
from app.watch.codes.domain import Code, CodeList, RefusedLine, UnusableList
from app.watch.codes.reading import MAX_LINE, read_codes
from app.watch.codes.shipped import shipped
from tests.conftest import SHARED_DATA

OFFICIAL = SHARED_DATA / "codelists"
LUTES = Code("37310000", "Luths", "Lutes")


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "list"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(
    folder: Path, content: str | bytes, kind: CodeList = CodeList.CPV
) -> list[Code | RefusedLine]:
    return list(read_codes(written(folder, content), kind))


@pytest.mark.parametrize(
    "content",
    [
        "code8,code9,label_en,label_fr,parent9\n37310000,37310000-4,Lutes,Luths,37300000-1\n",
        "CODE;BG;EN;FR\r\n37310000-4;Лютни;Lutes;Luths\r\n",
        "\ufeffcode\tfr\ten\n37310000\t Luths \tLutes",
        'fr,code,en\n"Luths",37310000,"Lutes"\n\n',
        '<?xml version="1.0" encoding="UTF-8"?><CPV_CODE>\n<CPV CODE="37310000-4">'
        '<TEXT LANG="BG">Лютни</TEXT><TEXT LANG="EN">Lutes</TEXT>\n<TEXT LANG="FR">Luths</TEXT>'
        "</CPV></CPV_CODE>",
        '<CPV_CODE><CPV CODE="37310000-4"><TEXT LANG="EN">Lut<!-- -->es</TEXT>'
        '<TEXT LANG="FR">Lu&#116;hs</TEXT></CPV></CPV_CODE>',
    ],
)
def test_a_list_is_read_in_each_of_its_shapes(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content) == [LUTES]


def test_nuts_codes_come_with_one_name_for_both_languages(tmp_path: Path) -> None:
    ours = "code,level,label_en,label_fr\nFRE11,3,Nord,Nord\n"
    geographers = "CNTR_CODE,NUTS_ID,NAME_LATN\nFR,FRE11,Nord\n"
    for content in (ours, geographers):
        assert read(tmp_path, content, CodeList.NUTS) == [Code("FRE11", "Nord", "Nord")]


def test_a_label_that_one_language_lacks_is_the_other_s(tmp_path: Path) -> None:
    assert read(tmp_path, "code,fr,en\n37310000,Luths,\n") == [Code("37310000", "Luths", "Luths")]
    assert read(tmp_path, "code,en\n37310000,Lutes\n") == [Code("37310000", "Lutes", "Lutes")]


def test_bad_lines_come_back_with_their_reason_and_the_others_are_read(tmp_path: Path) -> None:
    lines = [
        "code,fr,en",
        "3731,Trop court,Too short",
        "37310000,Luths,Lutes",
        "37310000,Encore,Again",
        "37320000,,",
        "37330000",
        f"37340000,{'x' * 501},Long",
        "FRE11,Nord,Nord",
        '37350000,"Flûtes, fifres",Flutes',
    ]
    assert read(tmp_path, "\n".join(lines)) == [
        RefusedLine(2, "ce n'est pas un code de cette liste"),
        LUTES,
        RefusedLine(4, "code déjà donné à la ligne 3"),
        RefusedLine(5, "libellé absent"),
        RefusedLine(6, "libellé absent"),
        RefusedLine(7, "libellé de plus de 500 caractères"),
        RefusedLine(8, "ce n'est pas un code de cette liste"),
        Code("37350000", "Flûtes, fifres", "Flutes"),
    ]


def test_hidden_marks_leave_a_label(tmp_path: Path) -> None:
    assert read(tmp_path, "code,fr,en\n37310000,Lu\x00\u202eths,Lutes\n") == [LUTES]


BOMB = (
    '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<CPV_CODE><CPV CODE="37310000-4"><TEXT LANG="FR">&b;</TEXT></CPV></CPV_CODE>'
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "colonne", id="empty"),
        pytest.param("a,b\n1,2\n", "colonne", id="other columns"),
        pytest.param("code,parent\n37310000,3\n", "colonne", id="no label"),
        pytest.param(b"code,fr\n37310000,Bl\xe9\n", "UTF-8", id="Latin-1"),
        pytest.param(b"PK\x03\x04\xff\xff", "UTF-8", id="a spreadsheet"),
        pytest.param("code,fr\n" + "x" * (MAX_LINE + 1), "ligne", id="one endless line"),
        pytest.param('code,fr\n37310000,"' + "x\n" * 100_000, "CSV", id="a quote without end"),
        pytest.param("<CPV_CODE><CPV", "XML", id="cut"),
        pytest.param("<CPV_CODE></CPV>", "XML", id="crossed"),
        pytest.param(BOMB, "DOCTYPE", id="entities"),
    ],
)
def test_what_is_no_list_is_refused_in_plain_words(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(UnusableList) as refusal:
        read(tmp_path, content)
    assert said in str(refusal.value.detail)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableList):
        list(read_codes(tmp_path / "nowhere.csv", CodeList.CPV))


def test_codes_without_end_are_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ENTRIES", 2)
    with pytest.raises(UnusableList):
        read(tmp_path, "code,fr\n37310000,a\n37320000,b\n37330000,c\n")


def test_a_label_of_many_megabytes_takes_no_memory(tmp_path: Path) -> None:
    label = "x" * 1_000 + "<b/>"
    path = written(
        tmp_path,
        f'<C><CPV CODE="37310000-4"><TEXT LANG="FR">{label * 20_000}</TEXT></CPV></C>',
    )
    tracemalloc.start()
    try:
        assert [type(one) for one in read_codes(path, CodeList.CPV)] == [RefusedLine]
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_what_is_shipped_reads_without_a_fault() -> None:
    cpv = [one.code for one in shipped(CodeList.CPV)]
    assert cpv == sorted(set(cpv))
    divisions = [code for code in cpv if code.endswith("000000")]
    assert (len(divisions), len(cpv)) == (45, 317)
    assert {code[:2] for code in cpv} == {code[:2] for code in divisions}
    assert len(shipped(CodeList.NUTS)) == 1 + 18 + 101


@pytest.mark.parametrize("kind", CodeList)
def test_what_is_shipped_is_in_the_official_list(kind: CodeList) -> None:
    paths = {CodeList.CPV: "cpv_2008_en_fr.csv", CodeList.NUTS: "nuts_en_fr.csv"}
    path = OFFICIAL / paths[kind]
    if not path.is_file():
        pytest.skip("no official code lists beside the project: ../shared/data/codelists is absent")
    official = list(read_codes(path, kind))
    assert [one for one in official if isinstance(one, RefusedLine)] == []
    codes = {one.code for one in official if isinstance(one, Code)}
    ours = {one.code for one in shipped(kind)}
    assert ours <= codes
    if kind is CodeList.CPV:
        assert {code for code in codes if code.endswith("00000")} == ours
        assert len(codes) == 9_454
