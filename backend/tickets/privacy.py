"""What reports hold of people. Words are sealed under who wrote them; pictures are files and are deleted."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q

from backend.core.catalogue import declare
from backend.core.retention import keep
from backend.core.subjects import erases, exports, files_of, keeps, rows
from backend.tickets.models import COMMENT, TEXT, Comment, Follow, Photo, Ticket

declare(
    "tickets.Ticket",
    """
    reporter     behaviour  repair  contract  account  kept:anonymous
    text_sealed  content    repair  contract  account  key
    answers      content    repair  contract  account  kept:anonymous
    home         location   repair  contract  account  kept:anonymous
    lon          location   repair  contract  account  kept:anonymous
    lat          location   repair  contract  account  kept:anonymous
    rating       behaviour  repair  contract  account  kept:anonymous
    """,
    plain="number category visibility state urgency danger community compound building part_code route company division "
    "assignee deadline accepted_at started_at paused_at pause_reason resolved_at verified_at ended_at reopened merged_into",
    seals={"text_sealed": (TEXT, "reporter_id")},
)
declare(
    "tickets.Comment",
    """
    author       behaviour  repair  contract  account  kept:anonymous
    text_sealed  content    repair  contract  account  key
    """,
    plain="ticket kind visibility",
    seals={"text_sealed": (COMMENT, "author_id")},
)
declare("tickets.Follow", "person  behaviour  repair  contract  account  delete", plain="ticket")
declare(
    "tickets.Photo",
    """
    uploader  content  repair  contract  rule  delete
    file      content  repair  contract  rule  delete
    thumb     content  repair  contract  rule  delete
    """,
    plain="ticket moment width height",
)
declare("tickets.DayCounter", plain="day last")

keep(Photo, 3 * 366, by="ticket__ended_at", files=("file", "thumb"))


@exports("tickets")
def exported(person_id: UUID) -> dict[str, object]:
    """Reports, comments, what the person follows, and their pictures."""
    photos = list(Photo.objects.filter(uploader_id=person_id).order_by("id"))
    return {
        "tickets.json": rows(Ticket.objects.filter(reporter_id=person_id).order_by("id")),
        "ticket_comments.json": rows(Comment.objects.filter(author_id=person_id).order_by("id")),
        "tickets_followed.json": rows(Follow.objects.filter(person_id=person_id)),
        "photos.json": rows(Photo.objects.filter(uploader_id=person_id).order_by("id")),
        **{f"photos/{photo.id}.jpg": picture for photo in photos if (picture := _picture(photo)) is not None},
    }


def _picture(photo: Photo) -> bytes | None:
    with suppress(FileNotFoundError), default_storage.open(photo.file) as file:
        content: bytes = file.read()
        return content
    return None


@files_of("tickets")
def files(person_id: UUID) -> list[str]:
    names = Photo.objects.filter(uploader_id=person_id).values_list("file", "thumb")
    return [name for pair in names for name in pair]


@erases("tickets")
def erase(person_id: UUID) -> None:
    """Pictures and what was followed go; the words go with the key; numbers and times stay, tied to nobody."""
    Photo.objects.filter(uploader_id=person_id).delete()
    Follow.objects.filter(person_id=person_id).delete()


@keeps("tickets")
def kept(person_id: UUID) -> list[str]:
    mine = Q(reporter_id=person_id) | Q(comments__author_id=person_id)
    return ["anonymous"] if Ticket.objects.filter(mine).exists() else []
