"""Reading a sheet: CSV in UTF-8, UTF-16 or GB 18030, with or without a mark, or Excel (.xlsx). Bounded before it is unpacked."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any, BinaryIO

from backend.directory.intake.heads import REQUIRED, field_of
from backend.directory.intake.measuring import MAX_COLUMNS, MAX_ROWS, Unreadable, must_be_small

MAX_BYTES = 20 * 1024 * 1024
MAX_CELL = 2000

Row = dict[str, str]


def rows(file: BinaryIO) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    """Return the heads that nobody knows, and (number in the sheet, field → text) of every row that is not blank.

    The heads are the first row that is not blank. Raises Unreadable, also while the rows are read.
    """
    lines = _excel(file) if _starts(file) == b"PK\x03\x04" else _csv(file)
    first, heads = next(((number, line) for number, line in lines if any(line)), (0, []))
    if not heads:
        raise Unreadable("empty")
    fields = [field_of(head) if head else None for head in heads]
    named = [field for field in fields if field]
    if twice := next((field for field in named if named.count(field) > 1), None):
        raise Unreadable("column-twice", twice)
    if missing := next((field for field in REQUIRED if field not in named), None):
        raise Unreadable("column-missing", missing)
    unknown = [head for head, field in zip(heads, fields, strict=True) if head and field is None]
    return unknown, _told(lines, fields, first)


def _told(lines: Iterator[tuple[int, list[str]]], fields: list[str | None], first: int) -> Iterator[tuple[int, Row]]:
    for number, line in lines:
        if number - first > MAX_ROWS:
            raise Unreadable("too-many-rows")
        if any(line):
            yield number, {field: text for field, text in zip(fields, line, strict=False) if field}


def _starts(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old-excel")
    return head[:4]


def _csv(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        first = text.readline()
        delimiter = max(",;\t", key=first.count)
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        for line in reader:
            if len(line) > MAX_COLUMNS:
                raise Unreadable("too-many-columns")
            if any("\x00" in cell or len(cell) > MAX_CELL for cell in line):
                raise Unreadable("cell-too-long")
            yield reader.line_num, [cell.strip() for cell in line]
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    except csv.Error:
        raise Unreadable("not-a-sheet") from None
    finally:
        with suppress(ValueError):  # the reader has gone, and closed the file
            text.detach()


def _encoding(file: BinaryIO) -> str:
    """By its mark; else UTF-8 if the whole file is that, else GB 18030 (which every Chinese Excel writes)."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _excel(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, ZipError

    must_be_small(file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        if not shown:
            raise Unreadable("empty")
        sheet = book.get_sheet_by_name(shown[0])
        for number, line in enumerate(sheet.iter_rows(), 1):
            cells = [_text(cell) for cell in line]
            if any(len(cell) > MAX_CELL for cell in cells):
                raise Unreadable("cell-too-long")
            yield number, cells
    except PasswordError:
        raise Unreadable("password") from None
    except (CalamineError, ZipError, zipfile.BadZipFile):
        raise Unreadable("not-a-sheet") from None


def _text(cell: Any) -> str:
    """A cell as it is read by people: whole numbers without a point, dates and clocks in ISO."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() | date():
            return cell.isoformat()
        case time():
            return cell.strftime("%H:%M")
    return str(cell).strip() if cell is not None else ""
