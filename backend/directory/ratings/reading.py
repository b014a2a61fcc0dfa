"""Ratings as everybody reads them: stars, words, the first character of a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from backend.core import vault
from backend.core.queries import looking_up
from backend.directory.bookings.words import RATING
from backend.directory.models import Rating
from backend.people import masks
from backend.people.reading import names_by_id


@dataclass(frozen=True)
class Said:
    """One rating. `author` is masked; `text` is empty when an officer hid it (`is_hidden`) or its author was erased."""

    id: UUID
    stars: int
    text: str
    author: str
    is_hidden: bool
    is_visit_booked: bool
    created_at: datetime
    edited_at: datetime | None
    reply: str
    replied_at: datetime | None


def of_service(service_id: UUID) -> QuerySet[Rating]:
    return Rating.objects.filter(service_id=service_id)


def said(rows: Iterable[Rating]) -> list[Said]:
    """As anybody may read them; the walls are passed for the words and the first character of the names alone."""
    rows = list(rows)
    with looking_up("ratings"):
        names = names_by_id(row.person_id for row in rows)
        sealed = [row for row in rows if row.text_sealed and row.hidden_at is None]
        texts = vault.unseal_many((row.person_id, RATING, row.text_sealed or b"") for row in sealed)
    words = {row.id: text for row, text in zip(sealed, texts, strict=True)}
    return [
        Said(
            id=row.id,
            stars=row.stars,
            text=words.get(row.id, ""),
            author=masks.name(names.get(row.person_id, "")),
            is_hidden=row.hidden_at is not None,
            is_visit_booked=not row.is_declared,
            created_at=row.created_at,
            edited_at=row.edited_at,
            reply=row.reply,
            replied_at=row.replied_at,
        )
        for row in rows
    ]
