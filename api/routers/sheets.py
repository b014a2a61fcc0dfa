"""Sheets and extracts on their way into the directory: sent, checked by a job, looked at, then applied or given up."""

from __future__ import annotations

import hashlib
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import Query, Schema

from api.edge import (
    Reply,
    Request,
    Router,
    access,
    language,
    page,
    page_of,
    perform,
    read_cursor,
    read_limit,
    single,
    write_cursor,
)
from api.routers.photos import MAX_ENVELOPE, Measured
from api.schemas.jobs import JobOut
from api.schemas.sheets import ApplyIn, OsmImportIn, SheetOut, SheetRowOut, SheetRowsOut
from backend.core.errors import BadRequest, FieldError, Invalid, TooLarge
from backend.core.queries import looking_up
from backend.directory.intake import report, sheets
from backend.directory.intake.reading import MAX_BYTES
from backend.directory.models import Sheet, SheetRow
from backend.directory.osm import jobs as osm
from backend.people.roles import Can

router = Router(tags=["directory imports"])

_TEXT = {"type": "string"}
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": _TEXT
                        | {"format": "binary", "description": "CSV or .xlsx, up to 20 MB and 50,000 rows"},
                        "crs": _TEXT | {"enum": ["wgs84", "gcj02", "bd09"], "description": "of rows that declare none"},
                        "source": _TEXT | {"description": "whose ids these are; default `sheet`"},
                        "allow_outside": {"type": "boolean", "description": "keep positions outside the district"},
                    },
                }
            }
        },
    }
}


class SheetUpload(Measured):
    """Keeps one sheet, and stops the upload at 20 MB."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > MAX_BYTES:
            self.file.close()
            raise TooLarge(limit=MAX_BYTES)
        self.file.write(raw_data)


def uploaded_sheet(request: Any) -> UploadedFile[bytes]:
    """The request's only file. Raises TooLarge, BadRequest, Invalid."""
    if int(request.headers.get("Content-Length") or 0) > MAX_BYTES + MAX_ENVELOPE:
        raise TooLarge(limit=MAX_BYTES)
    request.upload_handlers = [SheetUpload(request)]
    try:
        files = list(request.FILES.values())
    except RequestDataTooBig:
        raise TooLarge(limit=MAX_BYTES) from None
    except MultiPartParserError:
        raise BadRequest from None
    if len(files) != 1 or not isinstance(files[0], UploadedFile):
        raise Invalid(FieldError("/file", "required", "send one sheet as `file`", "请上传一个表格文件"))
    return files[0]


@router.get("/directory/imports/template.csv")
@access(Can.DIRECTORY_IMPORT)
def template(request: Request) -> Reply:
    """An empty sheet with every column and one invented row, in the reader's language."""
    response = Reply(report.template(language(request)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="directory.csv"'
    return response


@router.post("/directory/imports", response={201: SheetOut}, openapi_extra=UPLOAD)
@access(Can.DIRECTORY_IMPORT)
def take(request: Request) -> Reply:
    """Send a sheet; a job checks every row. Nothing reaches the directory before it is applied."""
    file = uploaded_sheet(request)
    digest = hashlib.file_digest(file, "sha256").digest()
    form = request.POST
    return perform(
        request,
        sheets.take,
        render=lambda row: SheetOut.of(row, language(request)),
        status=201,
        fingerprint=digest,
        file=file,
        name=file.name or "sheet",
        allow_outside=form.get("allow_outside") in ("true", "1", "on"),
        crs=form.get("crs", ""),
        source=form.get("source") or "sheet",
    )


@router.get("/directory/imports", response=page_of(SheetOut))
@access(Can.DIRECTORY_IMPORT)
def imports(request: Request) -> dict[str, Any]:
    """The sheets that were sent, newest first."""
    with looking_up("sheets"):
        return page(request, Sheet.objects.all(), lambda row: SheetOut.of(row, language(request)))


@router.get("/directory/imports/{uuid:sheet_id}", response=SheetOut)
@access(Can.DIRECTORY_IMPORT)
def one(request: Request, sheet_id: UUID) -> Reply:
    """How far a sheet is."""
    return single(request, sheets.access(request.actor, sheet_id), lambda row: SheetOut.of(row, language(request)))


class RowsQuery(Schema):
    level: Literal["all", "error", "warning"] = "all"
    limit: int | None = None
    cursor: str | None = None


@router.get("/directory/imports/{uuid:sheet_id}/report", response=SheetRowsOut)
@access(Can.DIRECTORY_IMPORT)
def rows(request: Request, sheet_id: UUID, query: Query[RowsQuery]) -> SheetRowsOut:
    """The rows in their order: what would be kept, what is wrong, what to look at. `level` leaves only such rows."""
    sheet, salt = sheets.access(request.actor, sheet_id), f"report:{sheet_id}:{query.level}"
    found = _of_level(sheet, query.level)
    if query.cursor:
        found = found.filter(number__gt=int(read_cursor(query.cursor, salt)[0]))
    limit = read_limit(request.GET)
    kept = list(found[: limit + 1])
    after = write_cursor([kept[limit - 1].number], salt) if len(kept) > limit else None
    return SheetRowsOut(items=[SheetRowOut.of(row, language(request)) for row in kept[:limit]], next=after)


def _of_level(sheet: Sheet, level: str) -> Any:
    found = SheetRow.objects.filter(sheet=sheet).order_by("number")
    return {"error": found.exclude(faults=[]), "warning": found.exclude(warnings=[])}.get(level, found)


@router.get("/directory/imports/{uuid:sheet_id}/report.csv")
@access(Can.DIRECTORY_IMPORT)
def report_file(request: Request, sheet_id: UUID) -> StreamingHttpResponse:
    """All that was found, as a CSV that no spreadsheet takes for formulas."""
    sheet = sheets.access(request.actor, sheet_id)
    found = SheetRow.objects.filter(sheet=sheet).order_by("number").iterator(chunk_size=1000)
    lines = list(report.csv_lines(found, language(request)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="report.csv"'
    return response


@router.post("/directory/imports/{uuid:sheet_id}/apply", response=SheetOut)
@access(Can.DIRECTORY_IMPORT)
def apply(request: Request, sheet_id: UUID, body: ApplyIn) -> Reply:
    """Have every good row written by a job, in one transaction: all of them or none."""
    return perform(
        request,
        sheets.ask_to_apply,
        render=lambda row: SheetOut.of(row, language(request)),
        sheet_id=sheet_id,
        skip_bad=body.skip_bad,
    )


@router.post("/directory/imports/{uuid:sheet_id}/withdraw", response=SheetOut)
@access(Can.DIRECTORY_IMPORT)
def withdraw(request: Request, sheet_id: UUID) -> Reply:
    """Give a checked sheet up."""
    return perform(request, sheets.withdraw, render=lambda row: SheetOut.of(row, language(request)), sheet_id=sheet_id)


@router.post("/directory/osm-imports", response={201: JobOut})
@access(Can.DIRECTORY_IMPORT)
def import_osm(request: Request, body: OsmImportIn) -> Reply:
    """Have an OpenStreetMap extract brought in by a job; a newer one of the same area writes only what changed."""
    return perform(request, osm.ask, render=JobOut.of, status=201, **body.dict())
