"""Drawing a receipt: A5, Chinese and English, embedded font, verification code and QR. Pure layout, no database."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from backend.core import fonts

WIDTH, HEIGHT = A5
MARGIN: Final = 14 * mm
INK, SOFT, RULE = HexColor("#1b1f24"), HexColor("#5b6570"), HexColor("#c9ced4")


@dataclass(frozen=True)
class PaperLine:
    """One bill on a receipt, every field as it is printed."""

    name: str
    account_no: str
    period: str
    quantity: str
    amount: str


@dataclass(frozen=True)
class Paper:
    """One receipt, every field as it is printed; amounts in yuan. `issued_at` in Beijing time."""

    number: str
    code: str
    check_url: str
    issued_at: datetime
    payee: str
    payee_en: str
    payer: str
    method: str
    lines: Sequence[PaperLine]
    total: str
    capitals: str
    refunded: str


def draw(papers: Sequence[Paper]) -> bytes:
    """A PDF with one page (or more, for very many bills) a receipt."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A5)
    canvas.setTitle("收据 Receipt " + ", ".join(paper.number for paper in papers))
    canvas.setAuthor("Yike 一刻")
    for paper in papers:
        _page(canvas, paper)
    canvas.save()
    return out.getvalue()


def _page(canvas: Canvas, paper: Paper) -> None:
    y = _head(canvas, paper)
    for line in paper.lines:
        if y < 70 * mm:
            canvas.showPage()
            y = _head(canvas, paper)
        y = _row(canvas, line, y)
    _foot(canvas, paper, y)
    canvas.showPage()


def _head(canvas: Canvas, paper: Paper) -> float:
    y = HEIGHT - 20 * mm
    _text(canvas, WIDTH / 2, y, "收 据  RECEIPT", 18, align="centre")
    y -= 8 * mm
    _text(canvas, MARGIN, y, f"编号 No. {paper.number}", 8.5, SOFT)
    _text(canvas, WIDTH - MARGIN, y, f"{paper.issued_at:%Y-%m-%d %H:%M}", 8.5, SOFT, align="right")
    for label, value in (
        ("收款单位 Payee", f"{paper.payee}  {paper.payee_en}"),
        ("付款人 Payer", paper.payer),
        ("支付方式 Method", paper.method),
    ):
        y -= 7 * mm
        _text(canvas, MARGIN, y, label, 8.5, SOFT)
        _text(canvas, MARGIN + 32 * mm, y, value, 10)
    y -= 5 * mm
    _rule(canvas, y)
    return float(y - 6 * mm)


def _row(canvas: Canvas, line: PaperLine, y: float) -> float:
    _text(canvas, MARGIN, y, line.name, 10)
    _text(canvas, WIDTH - MARGIN, y, f"¥ {line.amount}", 10, align="right")
    y -= 5 * mm
    _text(canvas, MARGIN, y, f"户号 {line.account_no}   {line.period}   {line.quantity}", 8, SOFT)
    return float(y - 7 * mm)


def _foot(canvas: Canvas, paper: Paper, y: float) -> None:
    _rule(canvas, y + 3 * mm)
    _text(canvas, MARGIN, y - 4 * mm, "合计 Total", 10)
    _text(canvas, WIDTH - MARGIN, y - 4 * mm, f"¥ {paper.total}", 13, align="right")
    _text(canvas, MARGIN, y - 11 * mm, f"人民币（大写） {paper.capitals}", 10)
    if paper.refunded:
        _text(canvas, MARGIN, y - 18 * mm, f"已退款 Refunded ¥ {paper.refunded}", 10)
    _code(canvas, paper.check_url, MARGIN, 18 * mm, 26 * mm)
    _text(canvas, MARGIN + 30 * mm, 36 * mm, f"校验码 Verification code  {paper.code}", 10)
    _text(canvas, MARGIN + 30 * mm, 30 * mm, "扫码查验真伪 Scan to check this receipt", 8, SOFT)
    _text(canvas, MARGIN + 30 * mm, 23 * mm, "本收据非税务发票", 10)
    _text(canvas, MARGIN + 30 * mm, 18 * mm, "This receipt is not a tax invoice (fapiao).", 8, SOFT)


def _text(
    canvas: Canvas, x: float, y: float, text: str, size: float, colour: HexColor = INK, align: str = "left"
) -> None:
    canvas.setFont(fonts.printed(), size)
    canvas.setFillColor(colour)
    {"left": canvas.drawString, "right": canvas.drawRightString, "centre": canvas.drawCentredString}[align](x, y, text)


def _rule(canvas: Canvas, y: float) -> None:
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, y, WIDTH - MARGIN, y)


def _code(canvas: Canvas, content: str, x: float, y: float, side: float) -> None:
    """The QR code as vector squares."""
    rows = [list(row) for row in segno.make(content, error="m", micro=False).matrix]
    cell = side / len(rows)
    canvas.setFillColor(INK)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                canvas.rect(x + across * cell, y + side - (down + 1) * cell, cell, cell, stroke=0, fill=1)
