"""What a sheet's check found, as a CSV that no spreadsheet takes for formulas; and the empty sheet to begin with."""

import csv
import io
from collections.abc import Iterable, Iterator

from backend.directory.intake import faults
from backend.directory.intake.heads import COLUMNS
from backend.directory.models import SheetRow

MARK = "\ufeff"
"""Excel takes a CSV without this mark for the system's own encoding."""

_EXAMPLE = {
    "id": "C-001", "name": "演示·便民菜店", "name_en": "Demo Greengrocer", "category": "蔬菜零售", "phone": "010-00000000",
    "address": "演示路1号", "lon": "116.4600", "lat": "39.9090", "crs": "wgs84", "hours": "周一至周五 7:00-20:00；周末 8:00-18:00",
    "accessibility": "是",
}  # fmt: skip


def safe(cell: object) -> str:
    """The text of a cell that no spreadsheet runs: what begins like a formula gets an apostrophe before it."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def csv_lines(rows: Iterable[SheetRow], language: str) -> Iterator[str]:
    """The report's lines: row, field, code, what it means, the row's name; faults before warnings."""
    zh = language.startswith("zh")
    heads = (
        ("行", "字段", "级别", "代码", "原因", "名称") if zh else ("row", "field", "level", "code", "reason", "name")
    )
    yield MARK + _line(heads)
    for row in rows:
        for level, found in (("错误" if zh else "error", row.faults), ("提醒" if zh else "warning", row.warnings)):
            for fault in found:
                said = faults.text(fault["code"], language) if fault["code"] in faults.FAULTS else ""
                said += (
                    f"（第 {fault['row']} 行）"
                    if zh and "row" in fault
                    else f" (row {fault['row']})"
                    if "row" in fault
                    else ""
                )
                yield _line((row.number, head(fault["field"], language), level, fault["code"], said, row.name))


def head(field: str, language: str) -> str:
    """What a column is called in the reader's language; a column that nobody knows as it was."""
    if field not in COLUMNS:
        return field
    chinese, english, _ = COLUMNS[field]
    return chinese if language.startswith("zh") else english


def template(language: str) -> str:
    """An empty sheet with every column and one invented row."""
    heads = [head(field, language) for field in COLUMNS]
    return MARK + _line(heads) + _line([_EXAMPLE.get(field, "") for field in COLUMNS])


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([safe(cell) for cell in cells])
    return line.getvalue()
