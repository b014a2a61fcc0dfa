"""Photos for the pages: the same rights as the API's, under the session."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest

from backend.core.errors import TooLarge
from backend.tickets import actions
from web import session
from web.pages import person_page

MOST_BYTES = 15 * 1024 * 1024


def keep(request: HttpRequest, most: int = 3) -> list[UUID]:
    """Keep the form's `photos` for their uploader; their ids. Raises TooLarge, and what a broken picture raises."""
    files = [cast("UploadedFile[bytes]", file) for file in request.FILES.getlist("photos")[:most]]
    if any((file.size or 0) > MOST_BYTES for file in files):
        raise TooLarge(limit=MOST_BYTES)
    return [actions.add_photo(session.actor_of(request), file=cast("BinaryIO", file)).id for file in files]


@person_page
def photo(request: HttpRequest, photo_id: UUID) -> FileResponse:
    """`/photos/{id}?thumb=1`: the picture or its thumbnail, for those who may see its ticket."""
    found = actions.access_photo(session.actor_of(request), photo_id)
    response = FileResponse(
        default_storage.open(found.thumb if request.GET.get("thumb") else found.file), content_type="image/jpeg"
    )
    response["Cache-Control"] = "private, max-age=3600"
    return response
