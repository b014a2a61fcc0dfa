"""The officers' table of coverage: communities beside each other, one in full with its gaps, its history, its index and star."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backend.community.models import Division
from backend.core.clock import today
from backend.core.errors import FieldError, Invalid, NotFound
from backend.directory.coverage import comparing, counting, drawing, keeping
from backend.directory.coverage.counting import LISTS, Count
from backend.directory.coverage.profiles import PROFILES
from backend.insight import acting, reading
from backend.people.actor import Actor
from backend.people.roles import Can
from web import served, session
from web.desk.access import desk_of, is_on_duty
from web.forms import uuid_of
from web.pages import person_page, say, show

YEAR = timedelta(days=365)
MOST = 60


def curator(request: HttpRequest) -> Actor:
    """Who curates circles somewhere. Raises Forbidden."""
    actor = session.actor_of(request)
    actor.require(Can.CIRCLE_CURATE)
    return actor


def frame(actor: Actor, tab: str) -> dict[str, Any]:
    """What every page of the desk needs."""
    return {"tab": tab, "desk": desk_of(actor), "on_duty": is_on_duty(actor.must_be_known())}


def own_communities(actor: Actor) -> list[Division]:
    """The communities with homes that this person curates."""
    reach = actor.reach(Can.CIRCLE_CURATE)
    return served.with_homes(None if reach.everywhere else reach.communities)


@require_GET
@person_page
def coverage(request: HttpRequest) -> HttpResponse:
    """`/desk/coverage?community&list&profile`"""
    actor, wish = curator(request), served.asked(request)
    places = own_communities(actor)
    chosen = _chosen(request, places)
    compared = _compared(places, wish)
    return show(
        request,
        "web/desk/coverage.html",
        **frame(actor, "coverage"),
        wish=wish,
        lists=LISTS,
        profiles=list(PROFILES),
        compared=compared,
        drawn=_map(places, compared, chosen),
        community=chosen,
        keeps_index=acting.keeps_index(actor),
        this_year=today().year,
        **(_detail(chosen, wish) if chosen else {}),
    )


def _chosen(request: HttpRequest, places: list[Division]) -> Division | None:
    if not request.GET.get("community"):
        return places[0] if places else None
    wanted = uuid_of(request.GET["community"])
    found = next((place for place in places if place.id == wanted), None)
    if found is None:
        raise NotFound
    return found


def _detail(community: Division, wish: dict[str, str]) -> dict[str, Any]:
    lines = served.lines(community, wish, with_gaps=True)
    return {
        "lines": lines,
        "homes": lines[0].count if lines else None,
        "changes": _changes(community, wish),
        **served.index_of(community),
    }


def _compared(places: list[Division], wish: dict[str, str]) -> list[dict[str, Any]]:
    ids = [place.id for place in places]
    cells: dict[Any, list[Count]] = {key: [] for key in ids}
    for one in keeping.on(ids, counting.codes_of(wish["list"]), wish["profile"]):
        cells[one.community_id].append(one)
    times, (_, results) = comparing.counted_at(ids), reading.beside(ids)
    told = []
    for place in places:
        known = [cell.share for cell in cells[place.id] if cell.share is not None]
        mean = sum(known) / len(known) if known else None
        points = results[place.id].points if place.id in results else None
        told.append(
            {
                "place": place,
                "percent": served.percent(mean),
                "look": served.look(mean),
                "counted_at": times.get(place.id),
                "points": points,
            }
        )
    return told


def _changes(community: Division, wish: dict[str, str]) -> list[dict[str, Any]]:
    """When a share became another within a year, newest first."""
    spans = keeping.history(
        community.id, counting.codes_of(wish["list"]), wish["profile"], today() - YEAR, today() + timedelta(days=1)
    )
    told: list[dict[str, Any]] = []
    before: dict[str, Count] = {}
    for span in spans:
        code = span.count.category
        if code in before and before[code].share != span.count.share:
            told.append(
                {
                    "on": span.since,
                    "name": served.name_of(code),
                    "before": _said(before[code]),
                    "after": _said(span.count),
                }
            )
        before[code] = span.count
    return sorted(told, key=lambda one: one["on"], reverse=True)[:MOST]


def _said(count: Count) -> str:
    share = served.percent(count.share)
    return say("coverage.share.none") if share is None else f"{share}%"


def _map(places: list[Division], compared: list[dict[str, Any]], chosen: Division | None) -> dict[str, Any]:
    """The communities' hulls as shapes of an SVG of 1,000 units across; a metre is the same both ways."""
    shapes = drawing.geometries(places)
    rings = {key: geometry["coordinates"][0] for key, (geometry, kind) in shapes.items() if geometry and kind == "hull"}
    points = [point for ring in rings.values() for point in ring]
    if not points:
        return {}
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    scale = 1000 / max(
        (east - west), (north - south) / 0.77, 1e-6
    )  # a degree of latitude is 1 ÷ cos 39.9° of longitude
    height = (north - south) / 0.77 * scale

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round((lon - west) * scale + 40, 1), round((north - lat) / 0.77 * scale + 40, 1)

    drawn = []
    for one in compared:
        ring = rings.get(one["place"].id)
        if ring is None:
            continue
        spots = [at(*point) for point in ring]
        middle = [sum(spot[axis] for spot in spots[:-1]) / (len(spots) - 1) for axis in (0, 1)]
        drawn.append(
            one
            | {
                "points_text": " ".join(f"{x},{y}" for x, y in spots),
                "x": round(middle[0]),
                "y": round(middle[1]),
                "is_chosen": chosen is not None and one["place"].id == chosen.id,
            }
        )
    return {"width": round((east - west) * scale + 80), "height": round(height + 80), "shapes": drawn}


@require_POST
@person_page
def star(request: HttpRequest) -> HttpResponse:
    """`/desk/coverage/star`: note what was officially awarded."""
    actor, form = session.actor_of(request), request.POST
    community_id = uuid_of(form.get("community"))
    stars, year, source = form.get("stars", ""), form.get("year", ""), form.get("source", "").strip()[:120]
    if not (stars.isdecimal() and 1 <= int(stars) <= 5 and year.isdecimal() and 2000 <= int(year) <= 2100 and source):
        raise Invalid(
            FieldError(
                "/stars", "star-invalid", "stars 1–5, a year and who awarded it", "请填写星级（1–5）、年份和来源"
            )
        )
    acting.note_star(
        actor,
        community_id=community_id,
        stars=int(stars),
        year=int(year),
        source=source,
        source_url=form.get("source_url", "").strip()[:510],
    )
    session.flash(request, say("index.star.noted"))
    return redirect(f"{reverse('web:desk-coverage')}?community={community_id}")
