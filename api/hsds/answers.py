"""Answers that the whole web may read: CORS, a version tag and 304, an age; refusals as problem+json in the same dress."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from api import problems
from backend.core.errors import Refusal

MAX_AGE = 60
View = Callable[..., HttpResponseBase]


def public(*methods: str) -> Callable[[View], View]:
    """A view for anybody, from any page: these methods (GET brings HEAD), OPTIONS answered, refusals as problems."""
    allowed = [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response: HttpResponseBase
            if request.method == "OPTIONS":
                response = _preflight(allowed)
            elif request.method not in allowed:
                response = problems.plain(request, 405)
                response["Allow"] = ", ".join(allowed)
            else:
                try:
                    response = view(request, *args, **kwargs)
                except Refusal as refusal:
                    response = problems.problem(request, refusal)
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Content-Language, X-Request-ID"
            patch_vary_headers(response, ("Accept-Language",))
            return response

        return run

    return decorate


def _preflight(allowed: list[str]) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = ", ".join(allowed)
    response["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type, If-None-Match"
    response["Access-Control-Max-Age"] = "86400"
    response["Allow"] = ", ".join(allowed)
    return response


def as_json(request: HttpRequest, found: Any) -> HttpResponse:
    """The thing as JSON; 304 without a body when the reader has this version. An answer to a POST is kept by nobody."""
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    return tagged(request, body, "application/json")


def tagged(request: HttpRequest, body: bytes, kind: str) -> HttpResponse:
    """A body with its version; 304 when the reader has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.method == "POST":
        response = HttpResponse(body, content_type=kind)
        response["Cache-Control"] = "no-store"
    else:
        known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
        response = HttpResponse(status=304) if known & {tag, "*"} else HttpResponse(body, content_type=kind)
        response["ETag"] = tag
        response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response["Content-Language"] = problems.language(request)
    return response


def page(asked_page: int, per_page: int, total: int, contents: list[Any]) -> dict[str, Any]:
    """HSDS's page: `size` is how many stand on this one."""
    pages = -(-total // per_page)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": asked_page,
        "size": len(contents),
        "first_page": asked_page == 1,
        "last_page": asked_page >= pages,
        "empty": not contents,
        "contents": contents,
    }


def as_lines(request: HttpRequest, found: Iterable[Any]) -> StreamingHttpResponse:
    """One thing a line, as they are read; the stream has no version."""

    def lines() -> Iterator[bytes]:
        for one in found:
            yield (json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    response = StreamingHttpResponse(lines(), content_type="application/x-ndjson")
    response["Content-Language"] = problems.language(request)
    response["Cache-Control"] = "no-store" if request.method == "POST" else f"public, max-age={MAX_AGE}"
    return response
