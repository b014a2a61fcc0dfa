"""Laying out the booklet: A4, Chinese or English, plain or large type, embedded font, page numbers. No database but the streets."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from backend.core import fonts
from backend.directory.booklet.contents import Contents, Entry
from backend.directory.booklet.plan import Ground, Plan
from backend.directory.booklet.words import NUMBERS, say, sources
from backend.directory.hours.words import day_of

MARGIN = 16 * mm
PLAIN, LARGE = 10.5, 17.0
INK, SOFT, RULE, PINE, WASH, ALARM = (
    HexColor("#1c2326"),
    HexColor("#4b565b"),
    HexColor("#dcd6c8"),
    HexColor("#0d5c58"),
    HexColor("#e1efed"),
    HexColor("#b3261e"),
)


@dataclass(frozen=True)
class _Type:
    """Sizes and styles of one variant; `body` in points."""

    body: float
    language: str

    def style(self, factor: float = 1.0, colour: HexColor = INK, **more: Any) -> ParagraphStyle:
        size = self.body * factor
        wrap = {} if self.language.startswith("en") else {"wordWrap": "CJK"}
        return ParagraphStyle(
            "x", fontName=fonts.printed(), fontSize=size, leading=size * 1.4, textColor=colour, **(wrap | more)
        )

    def text(self, words: str, factor: float = 1.0, colour: HexColor = INK, **more: Any) -> Paragraph:
        return Paragraph(escape(words), self.style(factor, colour, **more))


def draw(contents: Contents, ground: Ground | None, *, is_large: bool) -> bytes:
    """The booklet as PDF."""
    kind, out = _Type(LARGE if is_large else PLAIN, contents.language), io.BytesIO()
    width, height = A4
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=f"{contents.community} {say('title', contents.language)}",
        author="Yike 一刻",
        lang=contents.language,
        invariant=True,
    )
    frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN - 6 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    inner = width - 2 * MARGIN
    story = [
        *_front(contents, kind, inner),
        *_map(contents, ground, kind, inner, height - 2 * MARGIN),
        *_services(contents, kind, inner),
        Spacer(1, 6 * mm),
        KeepTogether(
            [
                kind.text(say("how", contents.language), 0.85, SOFT),
                kind.text(sources(contents.sources, contents.language), 0.85, SOFT),
            ]
        ),
    ]
    document.build(story, canvasmaker=lambda *args, **options: _Numbered(contents, kind, *args, **options))
    return out.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Pages are kept until their number is known; each gets a head line and "page n of m"."""

    def __init__(self, contents: Contents, kind: _Type, *args: Any, **options: Any) -> None:
        super().__init__(*args, **(options | {"initialFontName": fonts.printed()}))
        self.contents, self.kind, self.pages = contents, kind, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self.pages, 1):
            self.__dict__.update(page)
            self._foot(number)
            super().showPage()
        super().save()

    def _foot(self, number: int) -> None:
        width, language = A4[0], self.contents.language
        size = min(self.kind.body * 0.85, 13)
        self.setFont(fonts.printed(), size)
        self.setFillColor(SOFT)
        self.drawString(MARGIN, 9 * mm, f"{self.contents.community} · {say('title', language)}")
        self.drawRightString(width - MARGIN, 9 * mm, say("page", language, n=number, all=len(self.pages)))


def _front(contents: Contents, kind: _Type, width: float) -> list[Any]:
    language = contents.language
    told = [
        kind.text(contents.above, 1.0, SOFT),
        kind.text(contents.community, 2.6, PINE),
        kind.text(say("title", language), 1.9),
        kind.text(
            f"{say('circle', language)} · {say('printed', language, day=day_of(contents.day, language, year=True))}",
            1.0,
            SOFT,
        ),
        Spacer(1, 7 * mm),
        kind.text(say("call", language), 1.4, ALARM),
        Spacer(1, 2 * mm),
        _calls(kind, width),
    ]
    if contents.desks:
        told += [
            Spacer(1, 7 * mm),
            kind.text(say("desks", language), 1.4),
            Spacer(1, 2 * mm),
            _desks(contents, kind, width),
        ]
    return told


def _calls(kind: _Type, width: float) -> Table:
    rows = [[kind.text(number, 1.9, ALARM), kind.text(say(number, kind.language), 1.4)] for number in NUMBERS]
    return Table(
        rows,
        colWidths=[width * 0.36, width * 0.64],
        style=TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LINEBELOW", (0, 0), (-1, -1), 0.6, RULE)]),
    )


def _desks(contents: Contents, kind: _Type, width: float) -> Table:
    rows = [
        [kind.text(desk.place), kind.text(desk.name, 0.9, SOFT), kind.text(desk.phone, 1.1)] for desk in contents.desks
    ]
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LINEBELOW", (0, 0), (-1, -1), 0.6, RULE)])
    return Table(rows, colWidths=[width * 0.34, width * 0.34, width * 0.32], style=style)


def _map(contents: Contents, ground: Ground | None, kind: _Type, width: float, height: float) -> list[Any]:
    title = [PageBreak(), kind.text(say("map", contents.language), 1.6, PINE), Spacer(1, 3 * mm)]
    if ground is None:
        return [*title, kind.text(say("map.none", contents.language), 1.0, SOFT)]
    plan = Plan(contents, ground, width, height - 10 * kind.body, kind.body)
    return [*title, plan, Spacer(1, 2 * mm), kind.text(say("map.how", contents.language), 0.85, SOFT)]


def _services(contents: Contents, kind: _Type, width: float) -> list[Any]:
    told: list[Any] = [PageBreak(), kind.text(say("services", contents.language), 1.6, PINE)]
    if not contents.sections:
        return [*told, Spacer(1, 3 * mm), kind.text(say("none", contents.language), 1.0, SOFT)]
    for title, entries in contents.sections:
        rows = [_row(entry, kind, width) for entry in entries]
        head = [Spacer(1, 5 * mm), kind.text(title, 1.3, PINE, borderPadding=0), Spacer(1, 1 * mm)]
        told += [CondPageBreak(8 * kind.body), KeepTogether([*head, rows[0]]), *rows[1:]]
        if more := contents.more.get(title):
            told.append(kind.text(say("more", contents.language, n=more), 0.85, SOFT))
    return told


def _row(entry: Entry, kind: _Type, width: float) -> Table:
    language = kind.language
    marks = [
        say(key, language)
        for key, is_so in (
            ("certified", entry.is_certified),
            ("accessible", entry.accessibility == "yes"),
            ("limited", entry.accessibility == "limited"),
        )
        if is_so
    ]
    walk = say("minutes", language, n=entry.minutes) if entry.minutes is not None else say("beyond", language)
    details = " · ".join(filter(None, [entry.address, walk, *marks]))
    left = [
        kind.text(entry.name, 1.1),
        kind.text(details, 0.88, SOFT),
        kind.text(entry.hours or say("hours.unknown", language), 0.88, SOFT),
    ]
    phone = kind.text(entry.phone, 1.15, INK, alignment=2)
    number = kind.text(str(entry.number), 1.0, PINE, alignment=1, backColor=WASH, borderPadding=2)
    side = kind.body * 2.6
    phones = kind.body * 8.6
    return Table(
        [[number, left, phone]],
        colWidths=[side, width - side - phones, phones],
        style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE)]),
    )
