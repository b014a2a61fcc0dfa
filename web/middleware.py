"""What every page needs around it: who reads, in which language, and strict headers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation.trans_real import parse_accept_lang_header

from web import session

Next = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
MOST_BYTES = 3 * 15 * 1024 * 1024 + 64 * 1024
"""Three photos and their envelope: what is larger is refused before it is read."""
NOT_PAGES = ("/api/", "/static/", "/hsds/", "/open311/", "/livez", "/readyz", "/metrics")


def preferred_language(request: HttpRequest) -> str:
    """`zh-hans` or `en`: the reader's switch, else the browser's Accept-Language, else Chinese."""
    chosen = session.language_of(request)
    if chosen:
        return "en" if chosen == "en" else "zh-hans"
    best, weight = "zh-hans", 0.0
    for code, quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        found = "zh-hans" if code.startswith("zh") else "en" if code.startswith("en") else ""
        if found and quality > weight:
            best, weight = found, quality
    return best


class WebActorMiddleware:
    """Give each page request its actor (`request.actor`, read when first used) and the reader's language."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(NOT_PAGES):
            return self.get_response(request)
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
            return HttpResponse(status=413)
        language = preferred_language(request)
        request.LANGUAGE_CODE = language
        request.actor = SimpleLazyObject(lambda: session.actor_of(request))  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-CN" if language.startswith("zh") else "en")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class SecurityHeadersMiddleware:
    """A strict content security policy and its companions on every page outside the API; pages are never cached."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(NOT_PAGES):
            return response
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        headers.setdefault("Cache-Control", "no-store")
        return response
