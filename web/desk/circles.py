"""The editor of themed circles: words, stops in order, a cover; published and withdrawn by hand. Works without scripts."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from backend.community.models import Division
from backend.core.errors import FieldError, Invalid, NotFound
from backend.directory.curated import acting, reading
from backend.directory.curated.acting import Stop
from backend.directory.models import ServiceAtLocation, Status, ThemedCircle
from backend.people.actor import Actor
from backend.people.roles import Can
from web import served, session
from web.desk.coverage import curator, frame
from web.forms import one_of, uuid_of
from web.pages import person_page, say, show
from web.templatetags.yike import lang

SHOWN, FOUND = 60, 15
KINDS = tuple(ThemedCircle.Kind.values)


@require_http_methods(["GET", "POST"])
@person_page
def circles(request: HttpRequest) -> HttpResponse:
    """`/desk/circles`: those of one's places; a POST begins one."""
    actor = curator(request)
    if request.method == "POST":
        form = request.POST
        made = acting.draft(actor, division_id=uuid_of(form.get("division")), **_words(form))
        return redirect("web:desk-circle", made.id)
    return _page(request, actor, None)


@person_page
def circle(request: HttpRequest, circle_id: UUID) -> HttpResponse:
    """`/desk/circles/{id}?find`: one in full, with places to add."""
    actor = curator(request)
    row = reading.kept_by(actor).filter(id=circle_id).first()
    if row is None:
        raise NotFound
    return _page(request, actor, row)


def _page(request: HttpRequest, actor: Actor, row: ThemedCircle | None) -> HttpResponse:
    kept = list(reading.kept_by(actor).order_by("-created_at", "id")[:SHOWN])
    wanted = request.GET.get("find", "").strip()[:60]
    return show(
        request,
        "web/desk/circles.html",
        **frame(actor, "circles"),
        rows=served.rounds(kept),
        row=row,
        walk=reading.round_of(list(row.stops.all())) if row else None,
        stops=served.stops(row) if row else [],
        divisions=_divisions(actor) if row is None else [],
        kinds=KINDS,
        find=wanted,
        places=_places(row, wanted) if row else [],
    )


def _divisions(actor: Actor) -> list[Division]:
    reach = actor.reach(Can.CIRCLE_CURATE)
    with_homes = served.with_homes(None if reach.everywhere else reach.communities)
    above = {place.parent_id for place in with_homes if place.parent_id} | reach.divisions
    own = Division.objects.filter(id__in=above) if reach.everywhere else Division.objects.filter(id__in=reach.divisions)
    return [*own.order_by("code"), *with_homes]


def _places(row: ThemedCircle, wanted: str) -> list[dict[str, Any]]:
    """Places in service that are called so, are of a kind called so or stand there, that are not stops yet."""
    if not wanted:
        return []
    named = Q(service__name__icontains=wanted) | Q(service__name_en__icontains=wanted)
    of_kind = Q(service__category__name__icontains=wanted) | Q(service__category__name_en__icontains=wanted)
    rows = ServiceAtLocation.objects.filter(named | of_kind | Q(location__address__icontains=wanted))
    rows = rows.filter(service__status=Status.ACTIVE).exclude(id__in=row.stops.values("service_at_location"))
    found = rows.select_related("service__category", "location").defer("search").order_by("service__name", "id")
    return [
        {
            "id": at.id,
            "name": (lang() == "en" and at.service.name_en)
            or at.service.name
            or served.name_of(at.service.category.code),
            "category": served.name_of(at.service.category.code),
            "address": (lang() == "en" and at.location.address_en) or at.location.address,
        }
        for at in found[:FOUND]
    ]


@require_POST
@person_page
def step(request: HttpRequest, circle_id: UUID, act: str) -> HttpResponse:
    """`/desk/circles/{id}/{save|add|cover|publish|withdraw}`"""
    actor, form = session.actor_of(request), request.POST
    if act == "save":
        acting.change(actor, circle_id=circle_id, stops=_stops(form), **_words(form))
        session.flash(request, say("circles.saved"))
    elif act == "add":
        before = [Stop(s.service_at_location_id, s.note, s.note_en) for s in reading.one(actor, circle_id).stops.all()]
        acting.change(actor, circle_id=circle_id, stops=[*before, Stop(uuid_of(form.get("place")))])
    elif act == "cover":
        file = request.FILES.get("file")
        if file is None:
            raise Invalid(FieldError("/file", "required", "choose a picture", "请选择图片"))
        acting.give_cover(actor, circle_id=circle_id, file=cast("BinaryIO", file))
        session.flash(request, say("circles.saved"))
    elif act == "publish":
        acting.publish(actor, circle_id=circle_id)
        session.flash(request, say("circles.published"))
    elif act == "withdraw":
        acting.withdraw(actor, circle_id=circle_id)
        session.flash(request, say("circles.withdrawn"))
    else:
        raise NotFound
    return redirect("web:desk-circle", circle_id)


def _words(form: Any) -> dict[str, Any]:
    name = form.get("name", "").strip()[:60]
    if not name:
        raise Invalid(FieldError("/name", "required", "give it a name", "请填写名称"))
    return {
        "kind": one_of(form.get("kind"), KINDS, KINDS[0]),
        "name": name,
        "name_en": form.get("name_en", "").strip()[:120],
        "text": form.get("text", "").strip()[:4000],
        "text_en": form.get("text_en", "").strip()[:8000],
    }


def _stops(form: Any) -> list[Stop]:
    """The stops of the form in the order of their numbers, without those that are ticked out."""
    dropped = set(form.getlist("drop"))
    columns = [form.getlist(name) for name in ("place", "position", "note", "note_en")]
    if len({len(column) for column in columns}) > 1:
        raise Invalid(FieldError("/stops", "stops-broken", "the form came in pieces", "表单不完整"))
    rows = [
        (int(position) if position.isdecimal() else 999, number, Stop(uuid_of(place), note[:300], note_en[:600]))
        for number, (place, position, note, note_en) in enumerate(zip(*columns, strict=True))
        if place not in dropped
    ]
    return [stop for _, _, stop in sorted(rows, key=lambda row: row[:2])]
