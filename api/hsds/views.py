"""The addresses of HSDS 3.1: lists by page or as a stream of lines, and single things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from api.hsds import loading, nearby, query, selecting, terms
from api.hsds.answers import as_json, as_lines, page, public
from api.hsds.document import root_of
from api.hsds.identity import is_uuid
from api.hsds.parts import Thing
from api.hsds.query import Asked
from api.hsds.selecting import Selection
from api.problems import language
from backend.core.errors import NotFound

Select = Callable[[Asked], Selection]
Load = Callable[[list[UUID], Asked, str], list[Thing]]
BATCH, BATCH_FULL = 1000, 200
FULL = Asked(full=True)


@public("GET")
def root(request: HttpRequest) -> HttpResponseBase:
    """Which version this is, and where its profile and its document are."""
    return as_json(request, root_of(request))


@public("GET", "POST")
def services(request: HttpRequest) -> HttpResponseBase:
    return _listed(request, selecting.services, loading.services)


@public("GET")
def service(request: HttpRequest, id: str) -> HttpResponseBase:
    return _single(request, id, FULL, loading.services)


@public("GET", "POST")
def service_at_locations(request: HttpRequest) -> HttpResponseBase:
    asked = query.read(request)
    if asked.is_nearby:
        return nearby.listed(request, asked)
    return _listed(request, selecting.places, loading.places)


@public("GET")
def service_at_location(request: HttpRequest, id: str) -> HttpResponseBase:
    return _single(request, id, FULL, loading.places)


@public("GET", "POST")
def organizations(request: HttpRequest) -> HttpResponseBase:
    return _listed(request, selecting.organizations, loading.organizations)


@public("GET")
def organization(request: HttpRequest, id: str) -> HttpResponseBase:
    asked = query.read(request)
    return _single(
        request,
        id,
        Asked(full=True, full_service=asked.full_service),
        loading.organizations,
    )


@public("GET", "POST")
def taxonomies(request: HttpRequest) -> HttpResponseBase:
    asked = query.read(request)
    found = terms.taxonomies(language(request))
    return _short(request, asked, [one for one in found if _says(one, asked.search)])


@public("GET")
def taxonomy(request: HttpRequest, id: str) -> HttpResponseBase:
    return as_json(request, _named(terms.taxonomies(language(request)), id))


@public("GET", "POST")
def taxonomy_terms(request: HttpRequest) -> HttpResponseBase:
    asked = query.read(request)
    found = [
        one
        for one in terms.terms(language(request))
        if _says(one, asked.search)
        and (asked.taxonomy_id is None or one["taxonomy_id"] == str(asked.taxonomy_id))
        and (asked.parent_id is None or one.get("parent_id") == str(asked.parent_id))
        and not (asked.top_only and "parent_id" in one)
    ]
    return _short(request, asked, found)


@public("GET")
def taxonomy_term(request: HttpRequest, id: str) -> HttpResponseBase:
    tongue = language(request)
    return as_json(request, terms.with_taxonomy(_named(terms.terms(tongue), id), tongue))


@public("GET", "POST")
def nothing(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    raise NotFound


def _listed(request: HttpRequest, select: Select, load: Load) -> HttpResponseBase:
    asked, tongue = query.read(request), language(request)
    selection = select(asked)
    if asked.is_stream:
        return as_lines(request, _streamed(selection, load, asked, tongue))
    total = selection.count()
    offset = (asked.page - 1) * asked.per_page
    ids = selection.ids(offset=offset, limit=asked.per_page) if offset < total else []
    return as_json(request, page(asked.page, asked.per_page, total, load(ids, asked, tongue)))


def _streamed(selection: Selection, load: Load, asked: Asked, tongue: str) -> Iterator[Thing]:
    for ids in selection.walk(BATCH_FULL if asked.full or asked.full_service else BATCH):
        yield from load(ids, asked, tongue)


def _single(request: HttpRequest, id: str, asked: Asked, load: Load) -> HttpResponseBase:
    """One thing by its id; an id that cannot be one is an id that nothing has."""
    found = load([UUID(id)], asked, language(request)) if is_uuid(id) else []
    if not found:
        raise NotFound
    return as_json(request, found[0])


def _short(request: HttpRequest, asked: Asked, found: list[dict[str, Any]]) -> HttpResponseBase:
    """A list that is held whole."""
    if asked.is_stream:
        return as_lines(request, found)
    start = (asked.page - 1) * asked.per_page
    return as_json(
        request,
        page(
            asked.page,
            asked.per_page,
            len(found),
            found[start : start + asked.per_page],
        ),
    )


def _named(found: list[dict[str, Any]], id: str) -> dict[str, Any]:
    one = next((one for one in found if one["id"] == id.lower()), None)
    if one is None:
        raise NotFound
    return one


def _says(one: dict[str, Any], text: str) -> bool:
    words = f"{one['name']} {one['description']} {one.get('code', '')}".casefold()
    return text.casefold() in words
