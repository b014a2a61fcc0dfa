"""The desk's third tab: what is announced in one's places; compose, look at it as people will, then put it up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from backend.bulletins import actions, reading, scopes
from backend.bulletins.drafting import Draft
from backend.bulletins.models import Bulletin
from backend.community.models import Building, Compound, Division
from backend.core.clock import BEIJING
from backend.core.errors import Forbidden, NotFound, Refusal
from backend.core.queries import reading as reading_as
from backend.people.actor import Actor
from backend.people.reach import all_compounds
from backend.people.roles import Can
from web import session
from web.desk.access import desk_of, is_on_duty
from web.pages import person_page, say, show, words_of
from web.templatetags.yike import lang

SHOWN = 40
MOST_PLACES = 300
STEPS = {"end": actions.end, "withdraw": actions.withdraw}


def _places(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(`scope:id`, name)]) of the places where this person may announce."""
    reach = actor.reach(Can.BULLETIN_WRITE)
    compounds = Compound.objects.filter(id__in=all_compounds(reach)).order_by("name")[:MOST_PLACES]
    divisions = Division.objects.filter(id__in=reach.divisions | reach.communities).order_by("code")[:MOST_PLACES]
    groups = [(say("bulletin.divisions"), [(f"{d.kind}:{d.id}", d.label(lang())) for d in divisions])]
    for compound in compounds:
        lines = [(f"compound:{compound.id}", say("bulletin.whole", place=compound.label(lang())))]
        buildings: Iterable[Building] = Building.objects.filter(compound=compound).order_by("name")
        lines += [(f"building:{building.id}", building.label(lang())) for building in buildings]
        groups.append((compound.label(lang()), lines))
    return [(name, lines) for name, lines in groups if lines]


def _page(request: HttpRequest, actor: Actor, *, status: int = 200, **context: Any) -> HttpResponse:
    if not actor.may(Can.BULLETIN_WRITE):
        raise Forbidden
    rows = reading.all_with_places().filter(reading.for_reader(actor)).distinct().order_by("-created_at")[:SHOWN]
    return show(
        request,
        "web/desk/bulletins.html",
        status=status,
        tab="bulletins",
        desk=desk_of(actor),
        on_duty=is_on_duty(actor.must_be_known()),
        rows=[_line(actor, row) for row in rows],
        places=_places(actor),
        kinds=Bulletin.Kind.values,
        subjects=Bulletin.Subject.values,
        **({"said": {}} | context),
    )


def _line(actor: Actor, row: Bulletin) -> dict[str, Any]:
    return {
        "row": row,
        "place": scopes.of(row).label(lang()),
        "may_close": row.state == Bulletin.State.PUBLISHED and scopes.may_announce(actor, scopes.of(row)),
        "tickets": reading.linked(row.id),
    }


@require_http_methods(["GET", "POST"])
@person_page
def bulletins(request: HttpRequest) -> HttpResponse:
    """`/desk/bulletins`: a POST first shows what people would read and how many they are; with `confirm` it is put up."""
    actor = session.actor_of(request)
    if request.method == "GET":
        return _page(request, actor)
    form = request.POST
    try:
        where = _place(form.get("place", ""))
        draft = _draft(form)
        if form.get("confirm"):
            audience = form.get("audience", "")
            actions.publish(
                actor,
                **where,
                draft=draft,
                confirm_audience=int(audience) if audience.isdecimal() else None,
                id=UUID(form["id"]) if form.get("id") else None,
            )
            session.flash(request, say("bulletin.sent"))
            return redirect("web:desk-bulletins")
        seen = actions.preview(actor, **where, draft=draft, send_to_me=form.get("send_to_me") == "1")
    except Refusal as refusal:
        with reading_as(actor):
            return _page(request, actor, status=422, said=form, error=words_of(refusal))
    with reading_as(actor):
        return _page(request, actor, said=form, seen=seen)


def _place(text: str) -> dict[str, Any]:
    scope, _, name = text.partition(":")
    try:
        return {"scope": scope, "scope_id": UUID(name)}
    except ValueError:
        raise NotFound from None


def _draft(form: Any) -> Draft:
    return Draft(
        kind=form.get("kind", "notice"),
        subject=form.get("subject", "other"),
        title=form.get("title", "")[:80],
        title_en=form.get("title_en", "")[:160],
        text=form.get("text", "")[:4000],
        text_en=form.get("text_en", "")[:4000],
        starts_at=_time(form.get("starts_at")),
        ends_at=_time(form.get("ends_at")),
    )


def _time(text: str | None) -> datetime | None:
    """A `datetime-local` field, Beijing time."""
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=BEIJING)
    except ValueError:
        return None


@require_POST
@person_page
def close(request: HttpRequest, bulletin_id: UUID, act: str) -> HttpResponse:
    """`/desk/bulletins/{id}/{end|withdraw}`"""
    if act not in STEPS:
        raise NotFound
    STEPS[act](session.actor_of(request), bulletin_id=bulletin_id)
    session.flash(request, say(f"bulletin.{act}.done"))
    return redirect("web:desk-bulletins")
