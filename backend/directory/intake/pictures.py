"""Pictures that people send along: cleaned, sealed under their uploader's key, seen by who decides, forgotten after."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backend.core import audit, limits, vault
from backend.core.clock import now
from backend.core.errors import Gone, NotFound
from backend.core.pictures import develop
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.directory.intake.errors import PictureTaken
from backend.directory.models import Application, Correction, Picture
from backend.directory.privacy_intake import PICTURE
from backend.people.actor import Actor
from backend.people.roles import Can

MOST = 6
KEPT = timedelta(days=90)


class PictureGone(Gone):
    """This picture has been deleted."""

    code, zh = "picture-gone", "该图片已删除"


def add(actor: Actor, *, file: BinaryIO) -> Picture:
    """Keep one picture for what its uploader sends within a day (a conductor: the sealed file comes before the row).

    Raises PhotoBroken, PhotoTooManyPixels, TooMany.
    """
    person = actor.must_be_known()
    limits.hit("directory.picture", str(person), limit=30, per=86_400)
    picture = develop(file)
    name = default_storage.save(
        f"directory/{secrets.token_hex(16)}", ContentFile(vault.seal_bytes(person, PICTURE, picture.jpeg))
    )
    try:
        return _keep(actor, file=name)
    except BaseException:
        default_storage.delete(name)
        raise


@verb("directory.picture-added")
def _keep(actor: Actor, *, file: str) -> Picture:
    made = Picture.objects.create(uploader_id=actor.must_be_known(), file=file)
    record("directory.picture-added", about=made)
    return made


def attach(actor: Actor, picture_ids: Sequence[UUID], to: Application | Correction) -> None:
    """Tie the actor's own loose pictures to what they send (inside a verb). Raises PictureTaken."""
    wanted = list(dict.fromkeys(picture_ids))[: MOST + 1]
    column = "application" if isinstance(to, Application) else "correction"
    mine = Picture.objects.filter(id__in=wanted, uploader_id=actor.person_id, application=None, correction=None)
    if len(wanted) > MOST or mine.update(**{column: to}) != len(wanted):
        raise PictureTaken


def forget_later(of: Application | Correction) -> None:
    """What is decided is remembered without its pictures 90 days on (inside a verb)."""
    of.pictures.filter(purge_at=None).update(purge_at=now() + KEPT)


def read(actor: Actor, picture_id: UUID) -> bytes:
    """The picture (JPEG), for its uploader and for who may decide; their reading is audited. Raises NotFound, PictureGone."""
    with looking_up("directory picture"):
        found = Picture.objects.select_related("application", "correction").filter(id=picture_id).first()
        about = (found.application or found.correction) if found else None
        is_own = found is not None and found.uploader_id == actor.person_id
        may = about is not None and actor.may(Can.DIRECTORY_REVIEW, community=about.community_id)
        if found is None or not (is_own or may):
            raise NotFound
        try:
            with default_storage.open(found.file) as file:
                content = vault.unseal_bytes(found.uploader_id, PICTURE, file.read())
        except (FileNotFoundError, vault.KeyDestroyed):
            raise PictureGone from None
        if not is_own:
            audit.write(actor, [("directory.picture-read", found, {"person": str(found.uploader_id)})])
    return content
