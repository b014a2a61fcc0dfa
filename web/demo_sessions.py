"""The demo shows two people in one browser: each frame under `/demo/as/<slug>/` has its own session and CSRF cookie.

The prefix is taken off the path and becomes the script prefix, so that every page works inside a frame unchanged and links stay
in it. Settings use this middleware in place of Django's only where the demo runs.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, set_script_prefix

FRAME = re.compile(r"^/demo/as/([a-z]{1,20})(?=/)")


def frame_path(slug: str) -> str:
    return f"/demo/as/{slug}/"


def cookie_of(slug: str, name: str) -> str:
    """The frame's own name for a cookie."""
    return f"{name}_{slug}"


class DemoSessionMiddleware(SessionMiddleware):
    """Sessions, one more for each frame."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = FRAME.match(request.path_info)
        if found is None:
            return super().__call__(request)  # type: ignore[return-value]
        slug = found[1]
        request.path_info = request.path_info[found.end() :]
        outside = get_script_prefix()
        set_script_prefix(frame_path(slug))
        try:
            return self._in_frame(request, slug)
        finally:
            set_script_prefix(outside)

    def _in_frame(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The page with the frame's own cookies under the names that Django knows."""
        own = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
        for name in own:
            request.COOKIES.pop(name, None)
            if cookie_of(slug, name) in request.COOKIES:
                request.COOKIES[name] = request.COOKIES[cookie_of(slug, name)]
        response: HttpResponse = super().__call__(request)  # type: ignore[assignment]
        for name in own:
            if name in response.cookies:
                morsel = response.cookies.pop(name)
                renamed = cookie_of(slug, name)
                response.cookies[renamed] = morsel.value
                response.cookies[renamed].update({key: value for key, value in morsel.items() if value != ""})
                response.cookies[renamed]["path"] = frame_path(slug)
        return response
