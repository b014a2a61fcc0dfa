"""What the API says of itself: its version, its profile page, its OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from api.hsds.answers import as_json, public, tagged
from api.hsds.openapi import document
from api.hsds.profile import PAGE
from backend.env import env

VERSION = "3.1"


def base_of(request: HttpRequest) -> str:
    """Where this API is, without a slash at the end."""
    return f"{env.public_url.rstrip('/')}/hsds/v3" if env.public_url else request.build_absolute_uri("/hsds/v3")


def root_of(request: HttpRequest) -> dict[str, Any]:
    base = base_of(request)
    return {
        "version": VERSION,
        "profile": f"{base}/profile",
        "openapi_url": f"{base}/openapi.json",
    }


@public("GET")
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI document of this API."""
    return as_json(request, document(base_of(request), VERSION))


@public("GET")
def profile(request: HttpRequest) -> HttpResponseBase:
    """What the profile adds to HSDS 3.1, for people who build on it."""
    return tagged(request, PAGE.encode(), "text/html; charset=utf-8")
