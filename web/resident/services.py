"""One service at one place, as a resident reads it: open or not in words, call, how to get there, what to bring, who vouches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from backend.core.clock import BEIJING, now
from backend.core.errors import NotFound
from backend.directory import catalogue, categories, listing
from backend.directory.catalogue import Detail
from backend.directory.hours.words import closure, next_change
from backend.directory.models import Service, ServiceAtLocation
from backend.directory.wording import language_name
from web.pages import open_page, show
from web.resident import hours
from web.templatetags.yike import lang


def said(row: Any, name: str) -> str:
    """A text of a row in the reader's language."""
    return str((getattr(row, f"{name}_en") if lang() == "en" else "") or getattr(row, name))


@open_page
def service(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """`/app/services/{id}`: the id is that of a service at a place."""
    listed = listing.details([place_id]).get(place_id)
    if listed is None:
        raise NotFound
    found = catalogue.detail(listed.service_id)
    at = next(row for row in found.service.service_at_locations.all() if row.id == place_id)
    instant = now()
    opening = listed.opening(instant)
    return show(
        request,
        "web/app/service.html",
        tab="circle",
        place=listed,
        name=listed.name(lang()),
        category=categories.terms()[listed.category].name(lang()),
        opening=opening,
        opening_words=next_change(opening, instant, listed.timezone, lang()) if opening else "",
        week=hours.coming(listed.timetable(), instant),
        **_facts(found.service),
        **_there(at, listed.address(lang())),
        **_record(found),
        guide=[{"code": row.code, "name": said(row, "name"), "summary": said(row, "summary")} for row in found.guide],
    )


def _facts(row: Service) -> dict[str, Any]:
    """What it is, for whom, what it costs, what to bring."""
    numbers = [*row.phones.all(), *(phone for contact in row.contacts.all() for phone in contact.phones.all())]
    return {
        "state": row.status,
        "description": said(row, "description"),
        "alert": said(row, "alert"),
        "organization": said(row.organization, "name") if row.organization else "",
        "url": row.url if row.url.startswith(("https://", "http://")) else "",
        "eligibility": said(row, "eligibility"),
        "ages": (row.minimum_age, row.maximum_age),
        "application": said(row, "application"),
        "fees": said(row, "fees"),
        "costs": [
            {"option": said(c, "option"), "amount": c.amount, "terms": said(c, "terms")} for c in row.cost_options.all()
        ],
        "documents": [said(one, "document") for one in row.required_documents.all()],
        "areas": [
            said(one, "name") or (one.division.label(lang()) if one.division else "") for one in row.service_areas.all()
        ],
        "languages": [language_name(code, lang()) for code in row.languages],
        "phones": [{"number": one.number, "said": said(one, "description")} for one in numbers],
    }


def _there(at: ServiceAtLocation, address: str) -> dict[str, Any]:
    """Where it is and how one gets there; closures in force or ahead."""
    place, instant = at.location, now()
    ahead = [
        row for row in at.closures.all() if row.ended_at is None and (row.ends_at is None or row.ends_at > instant)
    ]
    return {
        "address": address,
        "building": said(place, "name"),
        "transportation": said(place, "transportation"),
        "is_virtual": place.kind == "virtual",
        "online": place.url if place.url.startswith(("https://", "http://")) else "",
        "access_details": place.accessibility_details if lang() == "zh" else "",
        "access_notes": [
            {"description": said(note, "description"), "details": said(note, "details")}
            for note in place.accessibility_notes.all()
        ],
        "closures": [closure(row, lang(), place.timezone) for row in ahead],
    }


def _record(found: Detail) -> dict[str, Any]:
    """Who vouches for it, or who stopped it."""
    record = found.credit
    mark = record.certification if record.is_certified else None
    return {
        "is_certified": record.is_certified,
        "certified_by": mark.division.label(lang()) if mark else "",
        "certified_since": mark.since.astimezone(BEIJING) if mark else None,
        "suspension": record.suspension,
        "suspended_since": record.suspension.since.astimezone(BEIJING) if record.suspension else None,
        "suspended_by": record.suspension.division.label(lang()) if record.suspension else "",
        "complaints": record.complaints,
    }
