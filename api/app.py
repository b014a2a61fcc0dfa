"""The API object: its routers and its errors."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from api import document, problems
from api.faults import field_error
from api.parsing import StrictParser
from backend.core.errors import Invalid, Refusal

log = structlog.get_logger(__name__)

ROUTERS = (
    "api.routers.auth.router",
    "api.routers.bookings.router",
    "api.routers.bulletins.router",
    "api.routers.circles.router",
    "api.routers.clients.router",
    "api.routers.community.router",
    "api.routers.corrections.router",
    "api.routers.coverage.router",
    "api.routers.delegations.router",
    "api.routers.deliveries.router",
    "api.routers.delivery_log.router",
    "api.routers.directory.router",
    "api.routers.emergency.router",
    "api.routers.calls.router",
    "api.routers.enrolment.router",
    "api.routers.guide.router",
    "api.routers.homes.router",
    "api.routers.inbox.router",
    "api.routers.insight.router",
    "api.routers.jobs.router",
    "api.routers.notifications.router",
    "api.routers.offers.router",
    "api.routers.payments.router",
    "api.routers.people.router",
    "api.routers.phones.router",
    "api.routers.photos.router",
    "api.routers.privacy.router",
    "api.routers.providers.router",
    "api.routers.ratings.router",
    "api.routers.schedules.router",
    "api.routers.search.router",
    "api.routers.services.router",
    "api.routers.sheets.router",
    "api.routers.staff.router",
    "api.routers.tickets.router",
    "api.routers.walks.router",
)


class YikeAPI(NinjaAPI):
    """Ninja's API with a document that tells of refusals too."""

    def get_openapi_schema(self, **options: Any) -> Any:
        return document.complete(super().get_openapi_schema(**options))


api = YikeAPI(
    parser=StrictParser(),
    title="Yike 一刻",
    version="1",
    description="The open backend of a city district's 15-minute service circle. 一刻钟社区服务圈的开放后端。",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
for path in ROUTERS:
    api.add_router("", import_string(path))


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problems.problem(request, refusal)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    if any(fault["loc"][0] == "path" for fault in wrong.errors):
        return problems.plain(request, 404)  # an id that cannot be one is an id that nothing has
    return problems.problem(request, Invalid(*[field_error(fault) for fault in wrong.errors]))


@api.exception_handler(HttpError)
def plain_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if named := getattr(request, "unkeepable", []):
        return problems.problem(request, Invalid(*named))
    cause = error.__cause__  # ninja turns whatever a parser raises into its own 400
    if isinstance(cause, Refusal):
        return problems.problem(request, cause)
    return problems.plain(request, cause.status_code if isinstance(cause, HttpError) else error.status_code)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.plain(request, 404)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problems.plain(request, 413)


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def not_understood(request: HttpRequest, error: Exception) -> HttpResponse:
    return problems.plain(request, 400)


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("request.broken", error=type(error).__name__, exc_info=error)
    return problems.plain(request, 500)
