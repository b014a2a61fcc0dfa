"""Sheets are read in any usual encoding, and bounded before they are unpacked."""

from __future__ import annotations

import io
import zipfile

import pytest

from backend.directory.intake import measuring, reading
from backend.directory.intake.measuring import Unreadable
from backend.directory.intake.reading import Row
from tests.directory.intake.books import HEADS, csv_bytes, row, xlsx_bytes


def read(content: bytes) -> tuple[list[str], list[tuple[int, Row]]]:
    unknown, told = reading.rows(io.BytesIO(content))
    return unknown, list(told)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_is_read_in_any_usual_encoding(encoding: str) -> None:
    _, rows = read(csv_bytes([row("1", "演示·晨光菜店"), row("2")], encoding=encoding))
    assert [number for number, _ in rows] == [2, 3]
    assert rows[0][1]["name"] == "演示·晨光菜店"


@pytest.mark.parametrize("delimiter", [";", "\t"], ids=["semicolon", "tab"])
def test_other_delimiters_are_seen(delimiter: str) -> None:
    text = "\n".join(delimiter.join(line) for line in (HEADS, row("1")))
    assert read(text.encode())[1][0][1]["category"] == "蔬菜零售"


def test_english_heads_blank_lines_and_unknown_columns() -> None:
    heads = ["External ID", "name", "Category", "Longitude", "lat", "CRS", "颜色"]
    unknown, rows = read(csv_bytes([[""] * 7, ["a", "Shop", "market", "116", "39", "gps", "红"]], heads=heads))
    assert unknown == ["颜色"]
    assert rows == [(3, {"id": "a", "name": "Shop", "category": "market", "lon": "116", "lat": "39", "crs": "gps"})]


def test_an_excel_of_64_rows_with_numbers_as_numbers() -> None:
    lines = [[*row(str(i))[:3], 116.46, 39.9, "gcj02", 13800001111, "每天 8:00-20:00", "路"] for i in range(64)]
    _, rows = read(xlsx_bytes(lines))
    assert len(rows) == 64
    assert rows[0] == (2, {"id": "0", "name": "演示·便民菜店", "category": "蔬菜零售", "lon": "116.46", "lat": "39.9",
                           "crs": "gcj02", "phone": "13800001111", "hours": "每天 8:00-20:00", "address": "路"})  # fmt: skip


def test_rows_are_numbered_as_excel_numbers_them() -> None:
    assert [number for number, _ in read(xlsx_bytes([row("1"), row("2")], first=4))[1]] == [5, 6]


def _claims(reference: str) -> bytes:
    number = "".join(letter for letter in reference if letter.isdigit())
    return xlsx_bytes([row("1")], cells=f'<row r="{number}"><c r="{reference}"><v>1</v></c></row>')


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (csv_bytes([], heads=[""]), "empty"),
        (csv_bytes([row("1")], heads=[*HEADS[:8], "电话"]), "column-twice"),
        (csv_bytes([row("1")[:4]], heads=HEADS[:4]), "column-missing"),
        (csv_bytes([["x" * 2001]]), "cell-too-long"),
        (csv_bytes([["x"] * 101]), "too-many-columns"),
        (csv_bytes([["x"]] * 50_002), "too-many-rows"),
        ("名称,类别\n".encode() + b"\xff\xff\x80\x80", "encoding"),
        (b'"a"b,c\n', "not-a-sheet"),
        (b"PK\x03\x04 nothing", "not-a-sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old-excel"),
        (_claims("A1048576"), "too-many-rows"),
        (_claims("XFD3"), "too-many-columns"),
    ],
    ids=["nothing", "blank", "twice", "missing", "long-cell", "wide", "tall", "encoding", "quotes", "no-zip", "xls",
         "claims-rows", "claims-columns"],
)  # fmt: skip
def test_what_cannot_be_read_says_why(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as why:
        read(content)
    assert why.value.code == code


def test_a_packed_document_type_is_refused() -> None:
    bomb = xlsx_bytes([row("1")]).replace(b"", b"")
    assert read(bomb)[1]
    evil = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    measure = measuring._Cells([])
    with pytest.raises(Unreadable):
        measure.run(io.BytesIO(f"{evil}<worksheet>&a;</worksheet>".encode()))


def _repacked(content: bytes, moved: dict[str, str], **more: str) -> bytes:
    """The workbook with words in its parts (names too) replaced, and further parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for was, now in moved.items():
                name, text = name.replace(was, now), text.replace(was, now)
            new.writestr(name, text)
        for name, text in more.items():
            new.writestr(f"xl/{name}.xml", text)
    return made.getvalue()


def test_a_sheet_is_measured_wherever_its_file_puts_it() -> None:
    assert read(_repacked(xlsx_bytes([row("1")]), {"worksheets/sheet1.xml": "other/sheet.bin"}))[1]
    with pytest.raises(Unreadable) as why:
        read(_repacked(_claims("XFD3"), {"worksheets/sheet1.xml": "other/sheet.bin"}))
    assert why.value.code == "too-many-columns"


@pytest.mark.parametrize("number", ["0", "000000000000", "+0"], ids=["plain", "padded", "signed"])
def test_one_long_text_in_many_cells_is_too_large(number: str) -> None:
    ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    line = f'<c t="s"><v>{number}</v></c>' * 100
    cells = f"<row>{line}</row>" * 70
    texts = f'<sst xmlns="{ns}"><si><t>{"x" * 32_000}</t></si></sst>'
    bomb = _repacked(xlsx_bytes([row("1")], cells=cells), {}, sharedStrings=texts)
    assert len(bomb) < 20_000
    with pytest.raises(Unreadable) as why:
        read(bomb)
    assert why.value.code == "too-large"
