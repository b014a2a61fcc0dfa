"""The guide of public services, and a person's checklists for what happens in a life."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend.core.clock import BEIJING
from backend.directory import checklists, guide
from backend.directory.models import Checklist, ChecklistStep, ServiceAtLocation
from web import session
from web.pages import open_page, person_page, say, show
from web.resident.services import said
from web.templatetags.yike import lang


@open_page
def matters(request: HttpRequest) -> HttpResponse:
    """`/app/guide`: every matter, social assistance in its own part."""
    found = [
        {
            "code": row.code,
            "name": said(row, "name"),
            "summary": said(row, "summary"),
            "is_assistance": row.is_assistance,
        }
        for row in guide.items()
    ]
    return show(
        request,
        "web/app/guide.html",
        tab="circle",
        matters=[row for row in found if not row["is_assistance"]],
        assistance=[row for row in found if row["is_assistance"]],
    )


@open_page
def matter(request: HttpRequest, code: str) -> HttpResponse:
    """`/app/guide/{code}`"""
    row = guide.item(code)
    at = ServiceAtLocation.objects.filter(service_id=row.service_id).order_by("id").first() if row.service_id else None
    names = ("name", "summary", "eligibility", "window", "hours", "fee", "documents", "steps")
    texts: dict[str, Any] = {
        name: (lang() == "en" and getattr(row, f"{name}_en")) or getattr(row, name) for name in names
    }
    return show(request, "web/app/matter.html", tab="circle", row=row, place_id=at.id if at else None, **texts)


@person_page
def mine(request: HttpRequest) -> HttpResponse:
    """`/app/checklists`: my lists and the life events that open one."""
    actor = session.actor_of(request)
    lists = [_shown(row) for row in checklists.of(actor)]
    opened = {one["event"] for one in lists}
    events = [
        {"code": row.code, "name": said(row, "name"), "summary": said(row, "summary")}
        for row in guide.events()
        if row.code not in opened
    ]
    return show(request, "web/app/checklists.html", tab="home", lists=lists, events=events)


@person_page
def one(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    """`/app/checklists/{id}`"""
    found = checklists.one(session.actor_of(request), checklist_id)
    steps = [_step(row) for row in found.steps.all()]
    return show(
        request, "web/app/checklist.html", tab="home", list=_shown(found), steps=steps, is_archived=found.archived_at
    )


@require_POST
@person_page
def begin(request: HttpRequest) -> HttpResponse:
    """Open the list of an event, or go to the open one."""
    made: Checklist = checklists.open(session.actor_of(request), event=request.POST.get("event", ""))
    return redirect("web:checklist", made.id)


@require_POST
@person_page
def tick(request: HttpRequest, checklist_id: UUID, step_id: UUID) -> HttpResponse:
    """Tick a step, or untick it (`done` is 0)."""
    done = request.POST.get("done") != "0"
    checklists.tick(session.actor_of(request), checklist_id=checklist_id, step_id=step_id, done=done)
    return redirect("web:checklist", checklist_id)


@require_POST
@person_page
def put_away(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    """Archive the list."""
    checklists.archive(session.actor_of(request), checklist_id=checklist_id)
    session.flash(request, say("list.archived"))
    return redirect("web:checklists")


def _shown(row: Checklist) -> dict[str, Any]:
    steps = row.steps.all()
    done = sum(step.done_at is not None for step in steps)
    return {"id": row.id, "event": row.event.code, "name": said(row.event, "name"), "done": done, "total": len(steps)}


def _step(row: ChecklistStep) -> dict[str, Any]:
    step = row.step
    return {
        "id": row.id,
        "name": said(step, "name"),
        "note": said(step, "note"),
        "guide": step.guide_item.code if step.guide_item and step.guide_item.is_current else "",
        "category": step.category.code if step.category else "",
        "category_name": said(step.category, "name") if step.category else "",
        "booking_id": row.booking_id,
        "done_at": row.done_at and row.done_at.astimezone(BEIJING),
    }
