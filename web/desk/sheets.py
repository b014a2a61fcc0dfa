"""Sheets at the desk: sent, looked at row by row, written or given up."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import FieldError, Forbidden, Invalid, NotFound
from backend.core.queries import looking_up
from backend.directory.intake import faults, report, sheets
from backend.directory.models import Sheet, SheetRow
from backend.people.actor import Actor
from backend.people.roles import Can
from web import session
from web.desk.access import desk_of, is_on_duty
from web.forms import one_of
from web.pages import person_page, say, show
from web.templatetags.yike import lang

SHOWN = 100
DATUMS = ("wgs84", "gcj02", "bd09")


def _importer(request: HttpRequest, *, of_one: bool = False) -> Actor:
    """Who may import. Raises Forbidden; of one sheet NotFound, since it is out of sight."""
    actor = session.actor_of(request)
    if not actor.may(Can.DIRECTORY_IMPORT):
        raise NotFound if of_one else Forbidden
    return actor


@require_http_methods(["GET", "POST"])
@person_page
def all_sheets(request: HttpRequest) -> HttpResponse:
    """`/desk/directory/sheets`: those that were sent; a POST sends one and has it checked by a job."""
    actor = _importer(request)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            raise Invalid(FieldError("/file", "required", "choose a file", "请选择文件"))
        made = sheets.take(
            actor,
            file=cast("BinaryIO", file),
            name=cast("UploadedFile[bytes]", file).name or "sheet",
            crs=one_of(request.POST.get("crs"), DATUMS, ""),
            allow_outside=request.POST.get("allow_outside") == "1",
        )
        session.flash(request, say("sheet.sent"))
        return redirect("web:desk-sheet", made.id)
    with looking_up("sheets"):
        rows = list(Sheet.objects.order_by("-created_at")[:40])
    return _show(request, actor, "web/desk/sheets.html", rows=rows, datums=DATUMS)


@person_page
def one(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """`/desk/directory/sheets/{id}`: what its check found."""
    actor = _importer(request, of_one=True)
    sheet = sheets.access(actor, sheet_id)
    found = SheetRow.objects.filter(sheet=sheet).order_by("number")
    first = list(found.exclude(faults=[])[:SHOWN]) + list(found.filter(faults=[]).exclude(warnings=[])[:SHOWN])
    code, _, field = sheet.error.partition(" ")
    return _show(
        request,
        actor,
        "web/desk/sheet.html",
        sheet=sheet,
        good=sheet.total - sheet.bad,
        is_stuck=sheets.is_stuck(sheet),
        lines=[line for row in first for line in _lines(row)][:SHOWN],
        most=SHOWN,
        error=f"{faults.text(code, lang())} {report.head(field, lang())}".strip() if code else "",
    )


def _lines(row: SheetRow) -> list[dict[str, Any]]:
    told = [(True, fault) for fault in row.faults] + [(False, fault) for fault in row.warnings]
    return [
        {
            "number": row.number,
            "name": row.name,
            "is_error": is_error,
            "head": report.head(fault["field"], lang()),
            "reason": faults.text(fault["code"], lang()),
        }
        for is_error, fault in told
    ]


@require_POST
@person_page
def act(request: HttpRequest, sheet_id: UUID, act: str) -> HttpResponse:
    """`/desk/directory/sheets/{id}/{apply|withdraw}`"""
    actor = _importer(request)
    if act == "apply":
        sheets.ask_to_apply(actor, sheet_id=sheet_id, skip_bad=request.POST.get("skip_bad") == "1")
        session.flash(request, say("sheet.applying"))
        return redirect("web:desk-sheet", sheet_id)
    if act != "withdraw":
        raise NotFound
    sheets.withdraw(actor, sheet_id=sheet_id)
    session.flash(request, say("sheet.withdrawn"))
    return redirect("web:desk-sheets")


@person_page
def report_file(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """`/desk/directory/sheets/{id}/report.csv`"""
    sheet = sheets.access(_importer(request, of_one=True), sheet_id)
    found = SheetRow.objects.filter(sheet=sheet).order_by("number").iterator(chunk_size=1000)
    return _csv("".join(report.csv_lines(found, lang())), "report.csv")


@person_page
def template(request: HttpRequest) -> HttpResponse:
    """`/desk/directory/sheets/template.csv`"""
    _importer(request)
    return _csv(report.template(lang()), "directory.csv")


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _show(request: HttpRequest, actor: Actor, page: str, **context: Any) -> HttpResponse:
    return show(
        request, page, tab="directory", desk=desk_of(actor), on_duty=is_on_duty(actor.must_be_known()), **context
    )
