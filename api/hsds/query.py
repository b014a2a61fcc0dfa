"""The parameters of HSDS's lists, from the address or, with POST, from a form or a JSON object in the body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from api.hsds.identity import is_uuid
from backend.core.errors import BadRequest

PER_PAGE, MOST, MOST_FULL, MOST_MINIMAL = 50, 500, 100, 20_000
LAST_PAGE = 1_000_000
FARTHEST = 50_000
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class BadParameter(BadRequest):
    """A parameter is not right."""

    code, zh = "bad-parameter", "参数有误"


@dataclass(frozen=True)
class Asked:
    """What a list was asked for. Distances are metres, `minutes` walking minutes; ids and times are checked."""

    page: int = 1
    per_page: int = PER_PAGE
    is_stream: bool = False
    search: str = ""
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    parent_id: UUID | None = None
    modified_after: datetime | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    top_only: bool = False
    postcode: str = ""
    proximity: float | None = None
    lon: float | None = None
    lat: float | None = None
    minutes: int = 15

    @property
    def is_nearby(self) -> bool:
        """Whether it asks for what can be walked to."""
        return self.lon is not None


def read(request: HttpRequest) -> Asked:
    """What the request asks for. Raises BadParameter, which names the parameter. Unknown parameters are left alone."""
    given: dict[str, Any] = dict(request.GET.items())
    if request.method == "POST":
        given |= _body(request)
    told = {name: str(value).strip() for name, value in given.items() if value is not None and str(value).strip()}
    for name, text in told.items():
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            _wrong(name, "must be text that can be kept")
    minimal, full = _flag(told, "minimal"), _flag(told, "full")
    most = MOST_FULL if full or _flag(told, "full_service") else MOST_MINIMAL if minimal else MOST
    lon, lat = _number(told, "lon", -180, 180), _number(told, "lat", -90, 90)
    if (lon is None) != (lat is None):
        _wrong("lat" if lat is None else "lon", "lon and lat go together")
    if "proximity" in told and "postcode" not in told:
        _wrong("postcode", "proximity is measured from a postcode")
    if told.get("format", "json") not in ("json", "ndjson"):
        _wrong("format", "json or ndjson")
    return Asked(
        page=_whole(told, "page", 1, LAST_PAGE, 1),
        per_page=_whole(told, "per_page", 1, most, most if minimal else PER_PAGE),
        is_stream=told.get("format") == "ndjson",
        search=told.get("search", "")[:80],
        taxonomy_term_id=_id(told, "taxonomy_term_id"),
        taxonomy_id=_id(told, "taxonomy_id"),
        organization_id=_id(told, "organization_id"),
        parent_id=_id(told, "parent_id"),
        modified_after=_instant(told, "modified_after"),
        minimal=minimal,
        full=full,
        full_service=_flag(told, "full_service"),
        top_only=_flag(told, "top_only"),
        postcode=told.get("postcode", "")[:20],
        proximity=_number(told, "proximity", 1, FARTHEST),
        lon=lon,
        lat=lat,
        minutes=_whole(told, "minutes", 1, 30, 15),
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    kind = (request.content_type or "").lower()
    if kind == "application/json":
        try:
            found = json.loads(request.body or b"{}")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise BadParameter(parameter="body", reason="a JSON object of parameters")
        return {name: str(value).lower() if isinstance(value, bool) else value for name, value in found.items()}
    return dict(request.POST.items())


def _wrong(name: str, reason: str) -> None:
    raise BadParameter(parameter=name, reason=reason)


def _id(told: Mapping[str, str], name: str) -> UUID | None:
    text = told.get(name)
    if text is None:
        return None
    if not is_uuid(text):
        _wrong(name, "must be a UUID")
    return UUID(text)


def _flag(told: Mapping[str, str], name: str) -> bool:
    text = told.get(name, "false").lower()
    if text not in ("true", "false", "1", "0"):
        _wrong(name, "true or false")
    return text in ("true", "1")


def _whole(told: Mapping[str, str], name: str, least: int, most: int, default: int) -> int:
    text = told.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        _wrong(name, f"a whole number, {least} to {most}")
    return int(text)


def _number(told: Mapping[str, str], name: str, least: float, most: float) -> float | None:
    text = told.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        _wrong(name, f"a number, {least} to {most}")
    return value


def _instant(told: Mapping[str, str], name: str) -> datetime | None:
    text = told.get(name)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        _wrong(name, "an ISO 8601 date or time")
        raise
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at, EARLIEST), LATEST)
