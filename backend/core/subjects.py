"""What each room does for the person whose data it holds: give it out, say what stands in the way, erase it, name what is kept,
move it when two records of one person are joined.

A room registers its part in its `privacy.py`; the journeys over all rooms (`backend.people.export`, `backend.people.erasure`) only
walk through this list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import models

from backend.core import vault
from backend.core.catalogue import columns as names
from backend.core.catalogue import entry_of
from backend.core.catalogue_words import Kind

LAST = "people"  # its eraser destroys the key


@dataclass(frozen=True)
class Block:
    """Why a person cannot be erased yet."""

    code: str
    zh: str
    en: str


Exporter = Callable[[UUID], dict[str, Any]]
Eraser = Callable[[UUID], object]
Files = Callable[[UUID], list[str]]
Blocks = Callable[[UUID], list[Block]]
Keeps = Callable[[UUID], list[str]]
Mover = Callable[[UUID, UUID], object]

_exports: dict[str, Exporter] = {}
_erasers: dict[str, Eraser] = {}
_files: dict[str, Files] = {}
_blocks: dict[str, Blocks] = {}
_keeps: dict[str, Keeps] = {}
_movers: dict[str, Mover] = {}
C = TypeVar("C", bound=Callable[..., Any])


def _into(table: dict[str, C], room: str) -> Callable[[C], C]:
    def register(call: C) -> C:
        if room in table:
            raise ValueError(f"{room} has registered this already")
        table[room] = call
        return call

    return register


def exports(room: str) -> Callable[[Exporter], Exporter]:
    """Register `f(person_id) -> {file name: rows, or a file's bytes}`."""
    return _into(_exports, room)


def erases(room: str) -> Callable[[Eraser], Eraser]:
    """Register what erases a person's rows; runs inside a verb and may run twice."""
    return _into(_erasers, room)


def files_of(room: str) -> Callable[[Files], Files]:
    """Register which media files are a person's; they are deleted before their rows."""
    return _into(_files, room)


def blocks(room: str) -> Callable[[Blocks], Blocks]:
    """Register what stands in the way of an erasure."""
    return _into(_blocks, room)


def keeps(room: str) -> Callable[[Keeps], Keeps]:
    """Register which entries of `catalogue_words.LAWS` keep something of this person."""
    return _into(_keeps, room)


def moves(room: str) -> Callable[[Mover], Mover]:
    """Register `f(enrolled, account)`: what must follow a person who is joined with their account; runs inside a verb."""
    return _into(_movers, room)


def exported(person_id: UUID, room: str) -> dict[str, Any]:
    return _exports[room](person_id)


def export_rooms() -> list[str]:
    return sorted(_exports)


def erasing_rooms() -> list[str]:
    """In the order in which they erase: the room with the key is the last."""
    return sorted({*_erasers, *_files}, key=lambda room: (room == LAST, room))


def erase_rows(person_id: UUID, room: str) -> None:
    """Run one room's eraser (inside a verb)."""
    if room in _erasers:
        _erasers[room](person_id)


def erase_files(person_id: UUID, room: str) -> int:
    """Delete one room's files of a person (outside transactions: a repeat finds nothing more); returns how many."""
    names = _files[room](person_id) if room in _files else []
    for name in names:
        default_storage.delete(name)
    return len(names)


def move(enrolled: UUID, account: UUID) -> None:
    """Run every room's mover (inside a verb)."""
    for room in sorted(_movers):
        _movers[room](enrolled, account)


def blocked(person_id: UUID) -> list[Block]:
    return [block for room in sorted(_blocks) for block in _blocks[room](person_id)]


def kept(person_id: UUID) -> list[str]:
    return sorted({law for room in _keeps for law in _keeps[room](person_id)})


def rows(found: models.QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    """Rows as a person gets them: every declared column but credentials, sealed ones opened under their plain name.

    `columns`: only these. What was sealed under a key that is gone is None. Uses one query for the keys.
    """
    entry = entry_of(found.model)
    secret = {p.name for p in entry.personal if p.kind is Kind.CREDENTIAL}
    declared = entry.plain | {p.name for p in entry.personal} | ({"id", "created_at", "at"} & names(found.model))
    shown = [name for name in sorted(declared) if name not in secret]
    shown = [name for name in shown if name in columns] if columns else shown
    kept_rows = list(found)
    sealed = [(row, name) for row in kept_rows for name in shown if name in entry.seals and getattr(row, name)]
    opened = vault.unseal_many(
        (_value(row, entry.seals[name].owner), entry.seals[name].context, getattr(row, name)) for row, name in sealed
    )
    texts = {(id(row), name): text or None for (row, name), text in zip(sealed, opened, strict=True)}
    made = []
    for row in kept_rows:
        plain = {name: _value(row, name) for name in shown if name not in entry.seals}
        made.append(plain | {bare(name): texts.get((id(row), name)) for name in shown if name in entry.seals})
    return made


def bare(column: str) -> str:
    """What a sealed column is called in an export."""
    return column.removesuffix("_sealed")


def _value(row: models.Model, name: str) -> Any:
    value = getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def as_json(value: Any) -> str:
    """For `json.dumps(default=…)`: ids, times (ISO 8601), decimals."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
