"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from backend.core.clock import BEIJING, now
from backend.env import env
from web import acting, session
from web.middleware import NOT_PAGES
from web.templatetags.yike import lang


def page(request: HttpRequest) -> dict[str, Any]:
    """`lang`, `elder`, `person`, `is_demo`, `now_iso` and, on whole pages, the messages to be said once."""
    if request.path_info.startswith(NOT_PAGES):
        return {}
    is_fragment = request.headers.get("HX-Request") == "true"
    return {
        "lang": lang(),
        "elder": session.is_elder(request),
        "person": session.reader_of(request),
        "acting": None if is_fragment else acting.shown(request, session.own_actor_of(request)),
        "is_demo": env.demo,
        "now_iso": now().astimezone(BEIJING).isoformat(timespec="milliseconds"),
        "flashes": [] if is_fragment else session.take_flashes(request),
    }
