"""What every page needs around it: who reads, in which language, and strict headers."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation.trans_real import parse_accept_lang_header

from backend.env import env
from web import session

Next = Callable[[HttpRequest], HttpResponse]

FRAMES = "'self'" if env.demo else "'none'"
PAGE = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src {connect}; "
    f"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {FRAMES}"
)
DOCS = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PERMISSIONS = (
    "accelerometer=(), autoplay=(self), browsing-topics=(), camera=(self), display-capture=(), geolocation=(self), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(self), usb=()"
)
OPEN = ("/hsds/", "/open311/")
"""Public data that any page of the world may read."""
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
        language = preferred_language(request)
        request.LANGUAGE_CODE = language
        request.actor = SimpleLazyObject(lambda: session.actor_of(request))  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-CN" if language.startswith("zh") else "en")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class SecurityHeadersMiddleware:
    """The outermost: strict headers on every answer, pages, API, files and health alike.

    Pages and what somebody got with a credential are stored by nobody; every cookie is `Secure` where browsers come over TLS.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        path, headers = request.path_info, response.headers
        is_page = not path.startswith(NOT_PAGES)
        headers.setdefault("Content-Security-Policy", _policy(request, is_page))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if path.startswith(OPEN) else "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        if settings.SECURE_HSTS_SECONDS:
            whole = "; includeSubDomains; preload" if settings.SECURE_HSTS_PRELOAD else ""
            headers.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}{whole}")
        if is_page or _is_private(request, response):
            headers.setdefault("Cache-Control", "no-store")
        if settings.SESSION_COOKIE_SECURE:
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


def _policy(request: HttpRequest, is_page: bool) -> str:
    if request.path_info == "/api/v1/docs":
        return DOCS
    if not is_page:
        return NO_PAGE
    try:  # older browsers do not count a socket of the same host as 'self'
        own = f"'self' {'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    except DisallowedHost:
        own = "'self'"
    return PAGE.format(connect=own)


def _is_private(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer of the API may hold what is one person's alone: all but anonymous reads that went well."""
    if not request.path_info.startswith("/api/"):
        return False
    is_open = request.method in {"GET", "HEAD"} and "Authorization" not in request.headers
    return not is_open or response.status_code >= 400 or request.path_info.startswith("/api/v1/auth/")
