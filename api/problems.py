"""Refusals → RFC 9457 problems. The only place that knows status numbers."""

from __future__ import annotations

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from backend.core import errors
from backend.core.audit_context import request_id

STATUS: tuple[tuple[type[errors.Refusal], int], ...] = (
    (errors.Invalid, 422),
    (errors.NotFound, 404),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.PreconditionFailed, 412),
    (errors.Conflict, 409),
    (errors.Gone, 410),
    (errors.TooLarge, 413),
    (errors.TooMany, 429),
    (errors.Unavailable, 503),
    (errors.BadRequest, 400),
    (errors.Refusal, 400),
)

PLAIN = {
    400: ("bad-request", "无法理解的请求", "The request cannot be understood."),
    401: ("unauthenticated", "请先登录", "Log in first."),
    403: ("forbidden", "没有权限", "This is not allowed."),
    404: ("not-found", "不存在", "There is no such thing."),
    405: ("method-not-allowed", "不支持该方法", "This address does not take this method."),
    413: ("too-large", "内容过大", "What you sent is too large."),
    415: ("unsupported-media-type", "不支持的内容类型", "This content type is not understood."),
    500: ("internal", "服务器内部错误，已记录", "Something broke on our side; it was recorded."),
    503: ("unavailable", "服务暂不可用，请稍后再试", "Not available now; try again."),
}


def language(request: HttpRequest) -> str:
    """`en` when the reader prefers English to Chinese, else `zh-CN` (the default)."""
    best, best_weight = "zh-CN", 0.0
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            continue
        prefix = tag.strip().lower()[:2]
        if prefix in {"zh", "en"} and value > best_weight:
            best, best_weight = ("zh-CN" if prefix == "zh" else "en"), value
    return best


def status_of(refusal: errors.Refusal) -> int:
    return next(status for kind, status in STATUS if isinstance(refusal, kind))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def document(refusal: errors.Refusal, tongue: str) -> dict[str, Any]:
    """The problem's members without `instance`; sockets send the same."""
    status = status_of(refusal)
    body: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.text(tongue),
        "status": status,
        "detail": refusal.text(tongue),
        "code": refusal.code,
        "request_id": request_id.get(),
    }
    if isinstance(refusal, errors.Invalid):
        body["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": e.text(tongue)} for e in refusal.errors]
        if refusal.errors:
            body["detail"] = "; ".join(f"{e.pointer}: {e.text(tongue)}".removeprefix(": ") for e in refusal.errors)
    if refusal.retry_after is not None:
        body["retry_after"] = refusal.retry_after
    extra: dict[str, Any] = json.loads(json.dumps(refusal.extra, default=_plain))
    return body | extra


def _respond(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    body["instance"] = request.path
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=body["status"], content_type="application/problem+json"
    )
    response["Content-Language"] = language(request)
    if "retry_after" in body:
        response["Retry-After"] = str(body["retry_after"])
        response["RateLimit"] = f'"default";r=0;t={body["retry_after"]}'
    if body["status"] == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def problem(request: HttpRequest, refusal: errors.Refusal) -> HttpResponse:
    """A refusal as an answer."""
    return _respond(request, document(refusal, language(request)))


def plain(request: HttpRequest, status: int) -> HttpResponse:
    """A problem for a bare status that no refusal of ours describes (404 of the router, 405, 413, 500 …)."""
    code, zh, en = PLAIN.get(status, (str(status), HTTPStatus(status).phrase, HTTPStatus(status).phrase))
    title = zh if language(request) == "zh-CN" else en
    return _respond(
        request,
        {
            "type": f"/problems/{code}",
            "title": title,
            "status": status,
            "detail": title,
            "code": code,
            "request_id": request_id.get(),
        },
    )
