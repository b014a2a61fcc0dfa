"""Every address of our own pages, and how a person of each role asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

from tests.permissions.trial import CLIENT
from tests.permissions.world import World

NOTHING = UUID("01a20000-0000-7000-8000-0000000000ff")
ACTS = {
    "booking-step": "cancel",
    "desk-act": "note",
    "ticket-step": "cancel",
    "desk-step": "accept",
    "desk-bulletin-close": "close",
}
HTMX = {"HX-Request": "true"}


def addresses() -> dict[str, str]:
    """Name → path with its parameters in braces, for everything outside the APIs (HSDS is one, the same for everybody)."""
    return dict(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Any, before: str, namespace: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            if not path.startswith(("api/", "hsds/")):
                yield from _walk(one.url_patterns, path, f"{one.namespace}:" if one.namespace else namespace)
        elif isinstance(one, URLPattern) and not path.startswith(("^api", "api/")):
            yield f"{namespace}{one.name or path}", path


def filled(path: str, name: str, world: World) -> str:
    """The path with 王奶奶's things in it; what she has none of is an id that nothing has."""
    hers = {
        "bill_id": world.bills["wang"],
        "booking_id": world.bookings["wang"],
        "circle_id": world.circle,
        "claim_id": world.claim,
        "home_id": world.home.id,
        "incident_id": world.incidents["wang"],
        "person_id": world.wang.id,
        "residency_id": world.residency,
        "ticket_id": world.tickets["wang"],
        "act": ACTS.get(name.rpartition(":")[2], "confirm"),
    }
    pieces = []
    for piece in path.strip("^$").split("/"):
        inside = piece.strip("<>").rpartition(":")[2]
        pieces.append(str(hers.get(inside, NOTHING if "uuid" in piece else 1)) if piece.startswith("<") else piece)
    return "/" + "/".join(pieces)


def asked(world: World, role: str, method: str, url: str) -> Any:
    """The page as this role's browser gets it; a form is sent empty, as htmx sends it."""
    CLIENT.cookies.clear()
    if role in world.members:
        CLIENT.cookies.load(world.cookies[role])
    return CLIENT.get(url) if method == "GET" else CLIENT.post(url, {}, headers=HTMX)


def kind_of(answer: Any) -> str:
    """In one word: ok, login, forbidden, gone, refused, method."""
    target = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
    if answer.status_code == 401 or "/login" in target:
        return "login"
    named = {403: "forbidden", 404: "gone", 405: "method", 413: "refused", 429: "refused"}
    if answer.status_code in named:
        return named[answer.status_code]
    return "refused" if answer.status_code in {400, 409, 422} else "ok" if answer.status_code < 400 else "broken"
