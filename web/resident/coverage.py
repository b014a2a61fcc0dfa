"""How well one's community is served: what its homes reach in 15 minutes, its index line by line, its booklet."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from backend.community.models import Division
from backend.core.errors import NotFound
from backend.directory.booklet import keeping as printing
from backend.directory.coverage import comparing
from backend.directory.coverage.counting import LISTS
from backend.directory.coverage.profiles import PROFILES
from web import served, session
from web.forms import one_of, uuid_of
from web.pages import open_page, show
from web.resident.home import main_home
from web.templatetags.yike import lang


def _community(request: HttpRequest) -> Division | None:
    """The one of the address, else the reader's own, else (for anybody) the first that has homes."""
    if request.GET.get("community"):
        return comparing.community(uuid_of(request.GET["community"]))
    home = main_home(session.actor_of(request))
    if home is not None:
        return home.building.compound.community
    return next(iter(served.with_homes()), None)


@open_page
def coverage(request: HttpRequest) -> HttpResponse:
    """`/app/coverage?community&list&profile`"""
    community, wish = _community(request), served.asked(request)
    if community is None:
        raise NotFound
    lines = served.lines(community, wish)
    return show(
        request,
        "web/app/coverage.html",
        tab="circle",
        community=community,
        wish=wish,
        lists=LISTS,
        profiles=list(PROFILES),
        lines=lines,
        homes=lines[0].count if lines else None,
        **served.index_of(community),
    )


@open_page
def booklet(request: HttpRequest, community_id: UUID) -> HttpResponse:
    """`/communities/{id}/booklet.pdf?language&large`: for anybody, drawn when its data has changed."""
    community = comparing.community(community_id)
    language = one_of(request.GET.get("language"), ("zh", "en"), lang())
    found = printing.booklet(community, language=language, is_large=request.GET.get("large") == "1")
    response = HttpResponse(found.pdf(), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="booklet.pdf"'
    return response
