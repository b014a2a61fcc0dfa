"""Coverage, index and circles as the pages show them: the same for residents and officers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from backend.community.models import Division, Home
from backend.directory import categories
from backend.directory.coverage import counting
from backend.directory.coverage.counting import LISTS, Count, Gap
from backend.directory.coverage.profiles import PROFILES
from backend.directory.curated import reading
from backend.directory.models import Status, ThemedCircle
from backend.directory.walking.streets import PACES
from backend.insight import reading as index
from backend.insight.models import IndexResult
from backend.insight.sources import SOURCES
from web.forms import one_of
from web.templatetags.yike import lang


@dataclass(frozen=True)
class Line:
    """One category of a community, in words and whole numbers."""

    code: str
    name: str
    count: Count
    gaps: list[Gap] = field(default_factory=list)

    @property
    def percent(self) -> int | None:
        return percent(self.count.share)

    @property
    def minutes(self) -> int | None:
        return None if self.count.nearest_seconds is None else ceil(self.count.nearest_seconds / 60)

    @property
    def look(self) -> str:
        return look(self.count.share)


def percent(share: float | None) -> int | None:
    """A share as whole per cent, rounded down: only all is 100."""
    return None if share is None else int(share * 100 + 1e-9)


def look(share: float | None) -> str:
    """The badge of a share: good from 0.9, warn below, alarm below a half."""
    if share is None:
        return ""
    return "good" if share >= 0.9 else "warn" if share >= 0.5 else "alarm"


def asked(request: HttpRequest) -> dict[str, str]:
    """`list` and `profile` of the address, or the first of each."""
    return {
        "list": one_of(request.GET.get("list"), LISTS, LISTS[0]),
        "profile": one_of(request.GET.get("profile"), tuple(PROFILES), "standard"),
    }


def lines(community: Division, wish: dict[str, str], *, with_gaps: bool = False) -> list[Line]:
    """The categories of a list in a community, counted now."""
    codes = counting.codes_of(wish["list"])
    missing = counting.gaps(community.id, codes, wish["profile"]) if with_gaps else {}
    return [
        Line(one.category, name_of(one.category), one, missing.get(one.category, []))
        for one in counting.counts([community.id], codes, wish["profile"])
    ]


def name_of(code: str) -> str:
    """The name of a category in the reader's language."""
    return categories.terms()[code].name(lang())


def score(result: IndexResult) -> dict[str, Any]:
    """A result with its lines, as a page shows them."""
    told = [
        {
            "row": line,
            "name": line.indicator.label(lang()),
            "measures": SOURCES[line.indicator.source].en if lang() == "en" else SOURCES[line.indicator.source].zh,
            "codes": line.indicator.codes,
        }
        for line in result.lines.all()
    ]
    return {"result": result, "lines": told, "measured": percent(float(result.measured))}


def index_of(community: Division) -> dict[str, Any]:
    """`score` (None when nothing was computed) and `stars` of a community."""
    found = index.results(community.id)
    return {"score": score(found[0]) if found else None, "stars": index.stars([community.id])[community.id]}


def rounds(rows: Sequence[ThemedCircle]) -> list[dict[str, Any]]:
    """Circles with the length of their walk."""
    return [{"row": row, "walk": reading.round_of(list(row.stops.all()))} for row in rows]


def stops(row: ThemedCircle) -> list[dict[str, Any]]:
    """The stops of a circle in the reader's language."""
    in_english = lang() == "en"
    return [
        {
            "stop": stop,
            "id": stop.service_at_location_id,
            "name": (in_english and stop.service_at_location.service.name_en)
            or stop.service_at_location.service.name
            or name_of(stop.service_at_location.service.category.code),
            "category": name_of(stop.service_at_location.service.category.code),
            "address": (in_english and stop.service_at_location.location.address_en)
            or stop.service_at_location.location.address,
            "is_open": stop.service_at_location.service.status == Status.ACTIVE,
            "note": stop.words(lang()),
            "minutes": None if stop.effort is None else ceil(round(stop.effort / PACES["standard"], 1) / 60),
            "metres": None if stop.metres is None else round(stop.metres),
        }
        for stop in row.stops.all()
    ]


def with_homes(ids: frozenset[UUID] | None = None) -> list[Division]:
    """The communities that have homes (among these, or all), by code."""
    rows = Division.objects.filter(kind=Division.Kind.COMMUNITY, id__in=Home.objects.values("community_id"))
    return list((rows if ids is None else rows.filter(id__in=ids)).select_related("parent").order_by("code"))
