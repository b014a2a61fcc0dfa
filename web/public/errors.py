"""Pages for what Django refuses: unknown addresses, forged forms, and our own faults."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from web.middleware import preferred_language
from web.pages import back_from, say, show


def _oops(request: HttpRequest, key: str, status: int) -> HttpResponse:
    return show(request, "web/oops.html", status=status, said=say(key), back=back_from(request))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404"""
    return _oops(request, "oops.404", 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    return _oops(request, "oops.403", 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: a forged one, or a page that stood open for days."""
    return _oops(request, "oops.csrf", 403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: plain, with no query and no template that could break again."""
    chinese = preferred_language(request).startswith("zh")
    title = "没有办成" if chinese else "That did not work"
    language = "zh-CN" if chinese else "en"
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><link rel="icon" href="data:,"><title>{title}</title>'
        f"<h1>{title}</h1><p>{say('oops.500')}</p><p>{say('oops.help')}</p></html>"
    )
    return HttpResponse(page, status=500)
