"""Around every request: an id, an actor, health without a database, and problems for what no view answered."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse

from api import health, problems
from backend.core.audit_context import request_id
from backend.core.ids import uuid7
from backend.people.actor import Actor

log = structlog.get_logger("yike.http")
Next = Callable[[HttpRequest], HttpResponse]
_ID = re.compile(r"^[\w.-]{8,64}$")


class HealthMiddleware:
    """`/livez`, `/readyz` and `/metrics`, before host checks and sessions."""

    def __init__(self, next_: Next) -> None:
        self.next = next_

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path:
            case "/livez":
                return JsonResponse({"status": "ok"})
            case "/readyz":
                status, checks = health.ready()
                return JsonResponse({"status": status, "checks": checks}, status=503 if status == "failing" else 200)
            case "/metrics":
                if not health.may_scrape(request):
                    return problems.plain(request, 404)
                return HttpResponse(health.metrics(), content_type=health.METRICS_TYPE)
        return self.next(request)


class RequestMiddleware:
    """Give the request its id and an anonymous actor; log one line; turn bare errors under /api/v1 into problems."""

    def __init__(self, next_: Next) -> None:
        self.next = next_

    def __call__(self, request: Any) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        mark = request_id.set(given if _ID.match(given) else str(uuid7()))
        request.actor = Actor.anonymous()
        started = time.perf_counter()
        try:
            unstorable = "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")
            response = problems.plain(request, 400) if unstorable else self.next(request)
            if request.path.startswith("/api/") and response.status_code >= 400:
                response = self._as_problem(request, response)
            if request.path.startswith("/api/v1/"):
                response.setdefault("Content-Language", problems.language(request))
            response["X-Request-ID"] = request_id.get()
            seconds = time.perf_counter() - started
            route = request.resolver_match.route if request.resolver_match else "-"
            health.REQUESTS.labels(request.method, route, response.status_code).observe(seconds)
            if not request.path.startswith("/static/"):
                log.info(
                    "request",
                    method=request.method,
                    route=route,
                    status=response.status_code,
                    ms=round(seconds * 1000, 1),
                )
            return response
        finally:
            request_id.reset(mark)

    def _as_problem(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        kind = response.get("Content-Type", "")
        if kind.startswith("application/problem+json"):
            return response
        shown = problems.plain(request, response.status_code)
        if "Allow" in response:
            shown["Allow"] = response["Allow"]
        return shown
