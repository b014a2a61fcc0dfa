"""Photos over HTTP. The upload is measured while it comes in: what is too large is refused before it is kept."""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO, Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError

from api.edge import PERSON, Reply, Request, Router, access, perform
from api.schemas.tickets import PhotoOut
from backend.core.errors import BadRequest, FieldError, Invalid, TooLarge
from backend.people.roles import Power
from backend.tickets import actions

MAX_BYTES = 15 * 1024 * 1024
MAX_ENVELOPE = 64 * 1024  # what multipart adds around the file
IN_MEMORY = 1024 * 1024

router = Router(tags=["tickets"])

UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "JPEG, PNG, WebP or HEIC, up to 15 MB",
                        }
                    },
                }
            }
        },
    }
}


class Measured(FileUploadHandler):
    """Keeps one file, on disk beyond 1 MB, and stops the upload at 15 MB."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - lives as long as the request
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > MAX_BYTES:
            self.file.close()
            raise TooLarge(limit=MAX_BYTES)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        self.file.seek(0)
        return UploadedFile(self.file, self.file_name, self.content_type, self.size)


@router.post("/photos", response={201: PhotoOut}, openapi_extra=UPLOAD)
@access(PERSON, power=Power.REPORT)
def add(request: Request) -> Reply:
    """Upload one picture; it is turned upright, freed of its metadata and kept for a report of the uploader's for 24 hours."""
    file = uploaded(request)
    digest = hashlib.file_digest(file, "sha256").digest()
    file.seek(0)
    return perform(request, actions.add_photo, render=PhotoOut.of, status=201, fingerprint=digest, file=file)


def uploaded(request: Request) -> UploadedFile[bytes]:
    """The request's only file. Raises TooLarge, BadRequest, Invalid."""
    if int(request.headers.get("Content-Length") or 0) > MAX_BYTES + MAX_ENVELOPE:
        raise TooLarge(limit=MAX_BYTES)
    request.upload_handlers = [Measured(request)]
    try:
        files = list(request.FILES.values())
    except RequestDataTooBig:
        raise TooLarge(limit=MAX_BYTES) from None
    except MultiPartParserError:
        raise BadRequest from None
    if len(files) != 1 or not isinstance(files[0], UploadedFile):
        raise Invalid(FieldError("/file", "required", "send one picture as `file`", "请上传一张图片"))
    return files[0]


@router.get("/photos/{uuid:id}")
@access(PERSON, power=Power.REPORT)
def photo(request: Request, id: UUID, thumb: bool = False) -> Reply:
    """The picture, or with `thumb=1` its thumbnail, for those who may see its ticket; without a ticket for its uploader."""
    found = actions.access_photo(request.actor, id)
    with default_storage.open(found.thumb if thumb else found.file) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
