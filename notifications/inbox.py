"""The inbox: a person's own notices and what was announced where they live, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, Unauthenticated
from backend.core.verb import Doer, verb
from notifications import templates
from notifications.broadcasts import Broadcast, BroadcastMark
from notifications.notice import Notice

MOST = 500
SEARCHED = 500


@dataclass(frozen=True)
class Entry:
    """One line of an inbox. `channel` and `seq` say where in which stream it stands."""

    id: UUID
    at: datetime
    topic: str
    params: dict[str, Any]
    about: str
    urgency: str
    channel: str
    seq: int
    read_at: datetime | None
    archived_at: datetime | None

    def text(self, language: str, *, plain: bool = False) -> str:
        return templates.render(self.topic, self.params, language, plain=plain)


@dataclass(frozen=True)
class Wish:
    """What of the inbox is asked for. `after`: channel → offset; `before`: the last entry of the page before."""

    after: Mapping[str, int] | None = None
    before: tuple[datetime, UUID] | None = None
    is_unread: bool = False
    is_archived: bool = False
    words: str = ""
    language: str = "zh-CN"


def of(person_id: UUID, *, after: int = 0) -> models.QuerySet[Notice]:
    """The person's own notices with a number above `after`, newest first."""
    return Notice.objects.filter(person_id=person_id, seq__gt=after).order_by("-seq")


def entries(person_id: UUID, channels: Sequence[str], wish: Wish, *, limit: int) -> tuple[list[Entry], Entry | None]:
    """At most `limit` entries, newest first, and the one after which the next page begins (None: there is no more).

    `channels`: the places where the person lives (their own channel is added). Words are looked for in 500 entries at a time, so
    that a page of a search may hold few, or none, and the next one more.
    """
    most = SEARCHED if wish.words else limit
    found = _own(person_id, wish, most + 1) + _told(person_id, channels, wish, most + 1)
    found.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    page = found[:most]
    after = page[-1] if len(found) > most else None
    if not wish.words:
        return page, after
    matches = [entry for entry in page if wish.words.lower() in entry.text(wish.language).lower()]
    return (matches[:limit], matches[limit - 1]) if len(matches) > limit else (matches, after)


def _own(person_id: UUID, wish: Wish, limit: int) -> list[Entry]:
    after = (wish.after or {}).get(f"person:{person_id}", 0)
    rows = of(person_id, after=after).filter(archived_at__isnull=not wish.is_archived)
    rows = _narrowed(rows, wish).order_by("-created_at", "-id")
    if wish.is_unread:
        rows = rows.filter(read_at__isnull=True)
    return [entry_of(row, row.read_at, row.archived_at) for row in rows[:limit]]


def _told(person_id: UUID, channels: Sequence[str], wish: Wish, limit: int) -> list[Entry]:
    rows = in_force(channels)
    for channel, offset in (wish.after or {}).items():
        rows = rows.exclude(channel=channel, seq__lte=offset)
    mine = BroadcastMark.objects.filter(person_id=person_id)
    hidden = mine.filter(archived_at__isnull=False).values("broadcast_id")
    rows = rows.filter(id__in=hidden) if wish.is_archived else rows.exclude(id__in=hidden)
    if wish.is_unread:
        rows = rows.exclude(id__in=mine.filter(read_at__isnull=False).values("broadcast_id"))
    found = list(_narrowed(rows, wish).order_by("-created_at", "-id")[:limit])
    marks = {mark.broadcast_id: mark for mark in mine.filter(broadcast__in=found)}
    return [entry_of(row, *_marked(marks.get(row.id))) for row in found]


def _narrowed(rows: models.QuerySet[Any], wish: Wish) -> models.QuerySet[Any]:
    if wish.before is None:
        return rows
    at, last = wish.before
    return rows.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=last))


def _marked(mark: BroadcastMark | None) -> tuple[datetime | None, datetime | None]:
    return (mark.read_at, mark.archived_at) if mark else (None, None)


def entry_of(row: Notice | Broadcast, read_at: datetime | None = None, archived_at: datetime | None = None) -> Entry:
    """A notice or broadcast as a line of an inbox."""
    return Entry(
        id=row.id,
        at=row.created_at,
        topic=row.topic,
        params=row.params,
        about=row.about,
        urgency=row.urgency,
        channel=row.channel,
        seq=row.seq or 0,
        read_at=read_at,
        archived_at=archived_at,
    )


def in_force(channels: Sequence[str]) -> models.QuerySet[Broadcast]:
    """What was announced in these channels and still matters."""
    current = Q(expires_at__isnull=True) | Q(expires_at__gt=now())
    return Broadcast.objects.filter(current, channel__in=channels, seq__isnull=False)


def unread(person_id: UUID, channels: Sequence[str] = ()) -> int:
    """How many entries the person has neither read nor put away."""
    own = Notice.objects.filter(
        person_id=person_id, seq__isnull=False, read_at__isnull=True, archived_at__isnull=True
    ).count()
    if not channels:
        return own
    done = BroadcastMark.objects.filter(Q(read_at__isnull=False) | Q(archived_at__isnull=False), person_id=person_id)
    return own + in_force(channels).exclude(id__in=done.values("broadcast_id")).count()


def positions(person_id: UUID, channels: Sequence[str]) -> dict[str, int]:
    """The newest number of each channel of the inbox."""
    newest: dict[str, int] = {}
    for row in in_force(channels).values("channel").annotate(top=models.Max("seq")):
        newest[row["channel"]] = row["top"]
    own = of(person_id).values_list("seq", flat=True).first()
    return newest | ({f"person:{person_id}": own} if own else {})


@verb("inbox.read", audited=False)
def mark_read(actor: Doer, *, channels: Sequence[str] = (), ids: Sequence[UUID] = (), up_to: int | None = None) -> int:
    """Mark entries as read: by id, all own ones up to a number, or all; returns how many were new, those of others left alone."""
    person = _known(actor, ids)
    mine = Notice.objects.filter(person_id=person, seq__isnull=False, read_at__isnull=True)
    told = in_force(channels)
    if ids or up_to is not None:
        mine = mine.filter(Q(id__in=list(ids)) | Q(seq__lte=-1 if up_to is None else up_to))
        told = told.filter(id__in=list(ids))
    return mine.update(read_at=now()) + _mark(person, told, "read_at")


@verb("inbox.archived", audited=False)
def archive(actor: Doer, *, channels: Sequence[str], ids: Sequence[UUID]) -> int:
    """Put entries away; they stay to be found under `archived`. Returns how many were new."""
    person = _known(actor, ids)
    mine = Notice.objects.filter(person_id=person, id__in=list(ids), archived_at__isnull=True)
    return mine.update(archived_at=now()) + _mark(person, in_force(channels).filter(id__in=list(ids)), "archived_at")


def _known(actor: Doer, ids: Sequence[UUID]) -> UUID:
    if actor.person_id is None:
        raise Unauthenticated
    if len(ids) > MOST:
        raise Invalid(FieldError("/ids", "too-many", f"at most {MOST}", f"最多 {MOST} 条"))
    return actor.person_id


def _mark(person_id: UUID, told: models.QuerySet[Broadcast], field: str) -> int:
    """Set a mark's time where it is not set; how many were new."""
    marked = BroadcastMark.objects.filter(person_id=person_id, **{f"{field}__isnull": False})
    fresh = list(told.exclude(id__in=marked.values("broadcast_id"))[:MOST])
    BroadcastMark.objects.bulk_create(
        [BroadcastMark(person_id=person_id, broadcast=row) for row in fresh], ignore_conflicts=True
    )
    mine = BroadcastMark.objects.filter(person_id=person_id, broadcast__in=fresh, **{f"{field}__isnull": True})
    return mine.update(**{field: now()})
