"""What is around the corner: the circle of the person's home, searched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backend.community.models import Building
from backend.core.clock import now
from backend.directory import categories, circle, finding, suggesting
from backend.directory.listing import Filters
from web import session
from web.pages import is_fragment, open_page, say, show
from web.resident.home import main_home
from web.templatetags.yike import lang

MINUTES = (5, 10, 15, 20, 30)
PAGE = 30
SALT = "web.circle"
SUGGESTED = 6


def groups() -> list[categories.Term]:
    """The chips: the groups of Beijing's basic functions and of the public services."""
    return [term for term in categories.terms().values() if term.parent is None]


def _members(code: str) -> list[categories.Term]:
    """The second row of chips: the kinds of the chosen group, or those beside the chosen kind."""
    chosen = categories.terms().get(code)
    group = chosen and (chosen.parent or chosen.code)
    return [term for term in categories.terms().values() if group and term.parent == group]


def _origin(request: HttpRequest) -> tuple[str, circle.Start] | None:
    """Where the walk begins: the person's building, else (for anybody) the demo's first building that has a place."""
    home = main_home(session.actor_of(request))
    building = (
        home.building
        if home
        else Building.objects.filter(lon__isnull=False).select_related("compound").order_by("id").first()
    )
    if building is None or building.lon is None or building.lat is None:
        return None
    place = f"{building.compound.label(lang())} {building.label(lang())}"
    return place, circle.Start(building.lon, building.lat, building.id)


def _asked(request: HttpRequest) -> dict[str, Any]:
    minutes, category = request.GET.get("minutes", ""), request.GET.get("category", "")
    term = categories.terms().get(category)
    return {
        "minutes": int(minutes) if minutes in map(str, MINUTES) else 15,
        "category": category if term else "",
        "group": (term.parent or term.code) if term else "",
        "q": request.GET.get("q", "").strip()[:60],
        "open": request.GET.get("open") == "now",
        **{name: request.GET.get(name) == "1" for name in ("slow", "wheelchair", "accessible", "certified")},
    }


def _wish(request: HttpRequest, asked: dict[str, Any]) -> circle.Wish:
    return circle.Wish(
        minutes=asked["minutes"],
        pace="slow" if asked["slow"] else "standard",
        profile="wheelchair" if asked["wheelchair"] else "foot",
        filters=Filters(
            category=asked["category"],
            q=asked["q"],
            open_at=now() if asked["open"] else None,
            accessible=asked["accessible"],
            certified=asked["certified"],
        ),
        limit=PAGE,
        after=_after(request),
    )


def _after(request: HttpRequest) -> circle.Position | None:
    if not (cursor := request.GET.get("cursor")):
        return None
    try:
        effort, key = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        return None
    return float(effort), UUID(key)


@open_page
def around(request: HttpRequest) -> HttpResponse:
    """`/app/circle?minutes&category&q&open&slow&wheelchair&accessible&certified`: services by their words and the walk.

    htmx asks for the list alone. What is not within is told from beyond.
    """
    origin, asked = _origin(request), _asked(request)
    found = finding.find(origin[1], _wish(request, asked)) if origin else None
    context: dict[str, Any] = {
        "tab": "circle",
        "asked": asked,
        "place": origin[0] if origin else "",
        "method": found.method if found else "",
        "items": [_item(one) for one in found.items] if found else [],
        "beyond": [_item(one) for one in found.beyond] if found else [],
        "is_similar": found is not None and found.is_similar,
        "more": _more(request, found.next) if found and found.next else "",
        "is_continued": "cursor" in request.GET,
        "is_swapped": is_fragment(request) and "cursor" not in request.GET,
        "minutes": MINUTES,
        "groups": groups(),
        "members": _members(asked["category"]),
    }
    return show(request, "web/app/circle_list.html" if is_fragment(request) else "web/app/circle.html", **context)


@open_page
def suggestions(request: HttpRequest) -> HttpResponse:
    """`/app/circle/suggest?q=…`: what the typed may become, as links; the other wishes of the form stay in them."""
    origin, typed = _origin(request), request.GET.get("q", "").strip()[:60]
    lonlat = (origin[1].lon, origin[1].lat) if origin else None
    shown = []
    for one in suggesting.suggest(typed, lonlat, SUGGESTED + 2):
        if one.kind == "category":
            query = request.GET.copy()
            query["category"] = one.code
            del query["q"]
            shown.append(
                {"url": f"{reverse('web:circle')}?{query.urlencode()}", "name": one.label(lang()), "is_kind": True}
            )
        elif one.kind == "life_event":
            shown.append({"url": reverse("web:checklists"), "name": one.label(lang()), "kind": say("search.event")})
        else:
            kind = categories.terms()[one.category].name(lang())
            shown.append({"url": reverse("web:service", args=[one.code]), "name": one.label(lang()), "kind": kind})
    return show(request, "web/app/circle_suggest.html", suggested=shown[:SUGGESTED])


def _more(request: HttpRequest, position: circle.Position) -> str:
    query = request.GET.copy()
    query["cursor"] = signing.dumps([position[0], str(position[1])], salt=SALT)
    return f"{reverse('web:circle')}?{query.urlencode()}"


def _item(found: circle.Found) -> dict[str, Any]:
    listed = found.listed
    return {
        "id": listed.id,
        "name": listed.name(lang()),
        "category": categories.terms()[listed.category].name(lang()),
        "address": listed.address(lang()),
        "minutes": found.walk_minutes,
        "metres": round(found.metres),
        "is_estimate": found.is_estimate,
        "opening": found.opening,
        "is_certified": listed.is_certified,
        "is_accessible": listed.accessibility == "yes",
        "rating": listed.rating,
    }
