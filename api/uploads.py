"""How much a request may bring, by its address: refused by its declared length, before anything of it is read.

Without a length Django reads nothing under WSGI; under ASGI `api.bounded` counts. A body that trickles is the proxy's to end
(docs/operations.md). What pictures unpack to is bounded where they are opened (`core.pictures`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]

ORDINARY = 1024 * 1024
PICTURE = 15 * 1024 * 1024
SHEET = 20 * 1024 * 1024
ENVELOPE = 64 * 1024
LIMITS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"^/api/v1(/directory)?/photos$"), PICTURE + ENVELOPE),
    (re.compile(r"^/api/v1/directory/imports$"), SHEET + ENVELOPE),
    (re.compile(r"^/desk/directory/sheets$"), SHEET + ENVELOPE),
    (re.compile(r"^/api/v1/circles/[^/]+/cover$"), PICTURE + ENVELOPE),
    (re.compile(r"^/api/v1/me/homes/[^/]+/evidence$"), PICTURE + ENVELOPE),
    (re.compile(r"(^|/)desk/circles/[^/]+/cover$"), PICTURE + ENVELOPE),
    (re.compile(r"(^|/)app/(tickets|homes|services|work)(/|$)"), 3 * PICTURE + ENVELOPE),
)
"""Addresses that take files; all others take a megabyte."""


def most(path: str) -> int:
    """How many bytes a request to this address may bring."""
    return next((limit for pattern, limit in LIMITS if pattern.search(path)), ORDINARY)


class UploadLimitsMiddleware:
    """413 for a body that is too large, 400 for a length that is none."""

    def __init__(self, next_: Next) -> None:
        self.next = next_

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = str(request.META.get("CONTENT_LENGTH") or "0")
        if not (declared.isascii() and declared.isdecimal()) or len(declared) > 18:
            return HttpResponse(status=400)
        if int(declared) > most(request.path_info):
            return HttpResponse(status=413)
        return self.next(request)
