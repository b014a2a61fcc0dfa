"""Sheets for tests: CSV bytes, and .xlsx files written by hand."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

HEADS = ("编号", "名称", "类别", "经度", "纬度", "坐标系", "电话", "营业时间", "地址")
LON, LAT = 116.4605, 39.9087


def row(key: str, name: str = "演示·便民菜店", **told: Any) -> list[str]:
    """A good row of `HEADS`; what is told takes the place of what is invented."""
    base = {
        "编号": key, "名称": name, "类别": "蔬菜零售", "经度": LON, "纬度": LAT, "坐标系": "wgs84", "电话": "010-65551234",
        "营业时间": "周一至周五 9:00-18:00", "地址": f"演示路{key}号",
    } | told  # fmt: skip
    return [str(base[head]) for head in HEADS]


def csv_bytes(lines: Sequence[Sequence[str]], *, heads: Sequence[str] = HEADS, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([heads, *lines])
    return text.getvalue().encode(encoding)


def xlsx_bytes(
    lines: Sequence[Sequence[Any]], *, heads: Sequence[str] = HEADS, first: int = 1, cells: str = ""
) -> bytes:
    """A workbook of one sheet whose heads are in row `first`; numbers are numbers, all else inline text; `cells`: raw rows more."""
    rows = []
    for number, line in enumerate([heads, *lines], first):
        told = "".join(_cell(_letter(column), number, value) for column, value in enumerate(line))
        rows.append(f'<row r="{number}">{told}</row>')
    ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{main}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{rel}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{ns}" xmlns:r="{rel}"><sheets><sheet name="表" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{rel}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{ns}"><sheetData>{"".join(rows)}{cells}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return made.getvalue()


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _cell(letter: str, number: int, value: Any) -> str:
    if isinstance(value, int | float):
        return f'<c r="{letter}{number}"><v>{value}</v></c>'
    return f'<c r="{letter}{number}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
