"""How large an Excel file is once it is unpacked: looked through as a stream before anything is laid out in memory.

A few bytes can claim a table of billions of cells, or one long text in each of millions of them.
"""

import zipfile
import zlib
from typing import IO, Any, BinaryIO
from xml.parsers import expat

MAX_ROWS = 50_000
MAX_COLUMNS = 100
_MAX_UNPACKED = 200 * 1024 * 1024
_COLUMN = {letter: number for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)}
_TEXTS, _CELLS, _PIECE = "xl/sharedstrings.xml", b"sheetData", 1 << 18


class Unreadable(Exception):
    """The file is no sheet that can be read; `code` says why, `field` which column."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field


def must_be_small(file: BinaryIO) -> None:
    """Raise Unreadable for what is no Excel file, or too large a one: more rows, columns or text than a sheet may have."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = {entry.filename.lower(): entry for entry in packed.infolist()}
            if len(parts) != len(packed.infolist()):  # of two with one name nobody knows which is read
                raise Unreadable("not-a-sheet")
            if sum(entry.file_size for entry in parts.values()) > _MAX_UNPACKED:
                raise Unreadable("too-large")
            texts = _Texts()
            if _TEXTS in parts:
                with packed.open(parts[_TEXTS]) as part:
                    texts.run(part)
            cells = _Cells(texts.sizes)
            for entry in parts.values():  # wherever it lies: the file itself says where its sheets are
                if _has_cells(packed, entry):
                    with packed.open(entry) as part:
                        cells.run(part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
        raise Unreadable("not-a-sheet") from None


def _has_cells(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    last = b""
    with packed.open(entry) as part:
        while chunk := part.read(_PIECE):
            if _CELLS in last + chunk:
                return True
            last = chunk[-len(_CELLS) :]
    return False


class _Xml:
    """A part read as a stream. Raises Unreadable for what is not well formed, for document types and entities."""

    def run(self, part: IO[bytes]) -> None:
        parser, size = expat.ParserCreate(), 0
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self.text, self._refuse
        try:
            while chunk := part.read(_PIECE):
                size += len(chunk)
                if size > _MAX_UNPACKED:
                    raise Unreadable("too-large")
                parser.Parse(chunk)
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise Unreadable("not-a-sheet") from None

    def _begin(self, tag: str, told: dict[str, str]) -> None:
        self.begin(tag.rpartition(":")[2], told)

    def _end(self, tag: str) -> None:
        self.end(tag.rpartition(":")[2])

    def _refuse(self, *_: Any) -> None:
        raise Unreadable("not-a-sheet")

    def begin(self, name: str, told: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def text(self, words: str) -> None:
        raise NotImplementedError


class _Texts(_Xml):
    """The texts that cells share: how long each of them is."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def begin(self, name: str, told: dict[str, str]) -> None:
        if name == "si":
            self.sizes.append(0)

    def end(self, name: str) -> None:
        return

    def text(self, words: str) -> None:
        if self.sizes:
            self.sizes[-1] += len(words)


class _Cells(_Xml):
    """How far the cells of all the sheets reach, and how much text they hold together."""

    def __init__(self, sizes: list[int]) -> None:
        self.sizes, self.longest, self.total = sizes, max(sizes, default=0), 0
        self.row = self.column = 0
        self.is_shared, self.number = False, ""

    def run(self, part: IO[bytes]) -> None:
        self.row = self.column = 0
        super().run(part)

    def begin(self, name: str, told: dict[str, str]) -> None:
        if name == "row":
            self.row, self.column = int(told["r"]) if told.get("r", "").isdecimal() else self.row + 1, 0
            if self.row > MAX_ROWS + 100:
                raise Unreadable("too-many-rows")
        elif name == "c":
            letters = "".join(letter for letter in told.get("r", "")[:8] if letter.isalpha()).upper()
            number = 0
            for letter in letters:
                number = number * 26 + _COLUMN.get(letter, 0)
            self.column = number or self.column + 1
            if self.column > MAX_COLUMNS:
                raise Unreadable("too-many-columns")
            self.is_shared = told.get("t") == "s"
        elif name == "v":
            self.number = ""

    def text(self, words: str) -> None:
        if self.is_shared and len(self.number) < 10:
            self.number += words

    def end(self, name: str) -> None:
        if name == "v" and self.is_shared:
            self.total += self._size(self.number)
            if self.total > _MAX_UNPACKED:
                raise Unreadable("too-large")

    def _size(self, number: str) -> int:
        """How long the shared text with this number is; what is written oddly counts as the longest."""
        is_plain = number.isdecimal() and len(number) < 10 and int(number) < len(self.sizes)
        return self.sizes[int(number)] if is_plain else self.longest
