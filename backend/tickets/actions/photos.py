"""Photos: add one, attach some to a ticket, forget one that nobody took."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backend.core.clock import today
from backend.core.errors import NotFound
from backend.core.pictures import Picture, develop
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.tickets.errors import wrong
from backend.tickets.models import Photo, Ticket
from backend.tickets.sight import subject_of

MAX_PHOTOS = 9


def add_photo(actor: Actor, *, file: BinaryIO) -> Photo:
    """Decode, clean and keep a picture for its uploader (a conductor: the files are written before the row, outside a transaction).

    Raises Forbidden, PhotoBroken, PhotoTooManyPixels.
    """
    actor.must_be_known()
    picture = develop(file)
    folder = f"photos/{today():%Y/%m/%d}"
    names = [
        default_storage.save(f"{folder}/{secrets.token_hex(16)}.jpg", ContentFile(content))
        for content in (picture.jpeg, picture.thumb)
    ]
    try:
        return _keep(actor, picture=picture, file=names[0], thumb=names[1])
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise


@verb("photo.add")
def _keep(actor: Actor, *, picture: Picture, file: str, thumb: str) -> Photo:
    photo = Photo.objects.create(
        uploader_id=actor.must_be_known(), file=file, thumb=thumb, width=picture.width, height=picture.height
    )
    record("photo.added", about=photo)
    return photo


def attach(actor: Actor, ticket: Ticket, photo_ids: Sequence[UUID], *, moment: str, field: str) -> None:
    """Give the uploader's own unattached photos to a ticket (inside a verb). Raises Invalid with the position of a wrong one."""
    if len(photo_ids) > MAX_PHOTOS:
        raise wrong(field, "too-many", f"at most {MAX_PHOTOS} photos", f"最多 {MAX_PHOTOS} 张照片")
    mine = Photo.objects.select_for_update().filter(uploader_id=actor.must_be_known(), ticket__isnull=True)
    found = {photo.id: photo for photo in mine.filter(id__in=photo_ids).order_by("id")}
    for place, photo_id in enumerate(photo_ids):
        if photo_id not in found:
            raise wrong(f"{field}/{place}", "photo-unknown", "not a free photo of yours", "照片不存在或已被使用")
    Photo.objects.filter(id__in=found).update(ticket=ticket, moment=moment)


def access_photo(actor: Actor, photo_id: UUID) -> Photo:
    """A photo that the actor may see: of a ticket in sight, or an own one without a ticket. Raises NotFound."""
    photo = Photo.objects.filter(id=photo_id).first()
    if photo is None:
        raise NotFound
    if photo.ticket_id is None:
        seen = actor.kind == "person" and photo.uploader_id in (actor.person_id, subject_of(actor))
    else:
        seen = Ticket.objects.visible_to(actor).filter(id=photo.ticket_id).exists()
    if not seen:
        raise NotFound
    return photo


@verb("photo.forget")
def forget_photo(actor: Actor, *, photo_id: UUID, before: datetime) -> list[str]:
    """Delete the row of an unattached photo made before this moment; returns the names of its files, to be deleted after."""
    photo = Photo.objects.select_for_update().filter(id=photo_id, ticket__isnull=True, created_at__lt=before).first()
    record("photo.forgotten", about=photo, found=photo is not None)
    if photo is None:
        return []
    photo_files = [photo.file, photo.thumb]
    photo.delete()
    return photo_files
