"""What the routers share: a router that insists on declared access, calling a verb, pages with signed cursors, ETags."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import wraps
from typing import Any, get_args, get_origin
from uuid import UUID

import ninja
from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import BaseModel, create_model

from api.access import PERSON, PUBLIC, SIGNED, Bearer, Request, Rule, access, take_optional
from api.problems import language
from backend.core.errors import FieldError, Invalid, PreconditionFailed
from backend.core.idempotency import IdempotencyKeyRequired, Offer, Replayed, offered
from backend.core.queries import reading
from backend.people.actor import Actor

__all__ = [
    "PERSON",
    "PUBLIC",
    "SIGNED",
    "Reply",
    "Request",
    "Router",
    "access",
    "begins_work",
    "language",
    "must_match",
    "page",
    "perform",
    "single",
]

Reply = HttpResponse
LIMIT_DEFAULT, LIMIT_MAX = 50, 200


class Router(ninja.Router):
    """A ninja router whose operations must declare their access; a GET runs inside `reading(actor)`."""

    def api_operation(self, methods: Any, path: str, **options: Any) -> Callable[[Any], Any]:
        register = super().api_operation

        def decorate(view: Any) -> Any:
            rule: Rule | None = getattr(view, "access", None)
            if rule is None:
                raise TypeError(f"{view.__module__}.{view.__name__} does not declare its access")
            options["auth"] = Bearer(rule) if rule.kind in {"person", "staff"} else None
            options["by_alias"] = True  # the same names in lists as in single answers
            is_read = list(methods) == ["GET"] and not getattr(view, "begins_work", False)
            return register(methods, path, **options)(_admitted(view, rule, is_read=is_read))

        return decorate


def begins_work(view: Any) -> Any:
    """A GET that calls a verb: it runs outside `reading`, since a verb opens its own transaction."""
    view.begins_work = True
    return view


def _takes_object(view: Any) -> bool:
    """Whether the body of this operation is one JSON object (ninja would read the fields of anything else as absent)."""
    body = inspect.signature(view, eval_str=True).parameters.get("body")
    kinds = () if body is None else get_args(body.annotation) or (body.annotation,)
    return body is not None and get_origin(body.annotation) is not list and any(_is_schema(kind) for kind in kinds)


def _is_schema(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Schema)


def _admitted(view: Any, rule: Rule, *, is_read: bool) -> Any:
    takes_object = _takes_object(view)

    @wraps(view)
    def run(request: Any, *args: Any, **kwargs: Any) -> Any:
        if rule.kind == "public":
            take_optional(request, rule)
        elif rule.kind == "signed":
            request.actor = Actor.anonymous()
        within: AbstractContextManager[None] = nullcontext()
        if is_read and request.actor.kind != "anonymous":
            within = reading(request.actor)
        if takes_object and not getattr(request, "is_json_object", True):
            raise Invalid(FieldError("", "object-type", "the body must be a JSON object", "请求体须为 JSON 对象"))
        with within:
            return view(request, *args, **kwargs)

    run.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]  # ninja reads the types here
    return run


def _bytes(shown: Any) -> bytes:
    if isinstance(shown, BaseModel):
        return shown.model_dump_json(by_alias=True).encode()
    return json.dumps(shown, ensure_ascii=False, default=str).encode()


def perform(
    request: Any,
    verb: Callable[..., Any],
    *,
    render: Callable[..., Any],
    status: int = 200,
    key_required: bool = False,
    actor: Actor | None = None,
    fingerprint: bytes | None = None,
    keyed: bool = True,
    **keywords: Any,
) -> HttpResponse:
    """Run a verb (or a conductor of verbs) for the request's actor and answer with what `render(result)` shows.

    An `Idempotency-Key` is offered to the verb, which stores the answer in its own transaction. A result whose `is_repeat` is true
    is answered with 200 instead of `status`. `fingerprint` stands for the body where that was streamed (an upload).
    `keyed` false: the header is not looked at, because its id alone makes the call repeatable and nothing may refuse it (an alarm).
    """
    doer = actor or request.actor
    key = request.headers.get("Idempotency-Key", "") if keyed else ""
    if key_required and not key:
        raise IdempotencyKeyRequired
    if len(key) > 255:
        raise Invalid(FieldError("#Idempotency-Key", "too-long", "at most 255 characters", "最多 255 个字符"))

    def shown(result: Any) -> tuple[int, bytes]:
        return (200 if getattr(result, "is_repeat", False) else status), _bytes(render(result))

    offer = None
    if key and doer.doer_id is not None:
        text = f"{request.method} {request.path} {doer.acting_for or ''}\n".encode() + (fingerprint or request.body)
        offer = Offer(key, hashlib.sha256(text).digest(), shown)
    mark = offered.set(offer)
    try:
        result = verb(doer, **keywords)
    except Replayed as earlier:
        response = HttpResponse(earlier.body, status=earlier.status, content_type="application/json")
        response["Idempotent-Replayed"] = "true"
        return response
    finally:
        offered.reset(mark)
    with reading(doer):
        code, body = shown(result)
    return HttpResponse(body, status=code, content_type="application/json")


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _tags(request: HttpRequest, header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in request.headers.get(header, "").split(",")} - {""}


def must_match(request: HttpRequest, render: Callable[[], Any]) -> Callable[[], None]:
    """What a verb calls once it holds the row: PreconditionFailed when `If-Match` names another version than this one."""
    named = _tags(request, "If-Match")

    def check() -> None:
        if named and "*" not in named and etag_of(_bytes(render())) not in named:
            raise PreconditionFailed

    return check


def single(request: HttpRequest, obj: Any, render: Callable[..., Any]) -> HttpResponse:
    """One resource with its ETag; 304 when the reader has it already."""
    body = _bytes(render(obj))
    etag = etag_of(body)
    if {etag, "*"} & _tags(request, "If-None-Match"):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Vary"] = "Authorization, Accept-Language"
    return response


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of a list of these: `{items, next}`."""
    fields: dict[str, Any] = {"items": (list[item], ...), "next": (str | None, None)}  # type: ignore[valid-type]
    made: type[Schema] = create_model(f"{item.__name__}Page", __base__=Schema, **fields)
    return made


def page(
    request: HttpRequest,
    rows: QuerySet[Any],
    render: Callable[[Any], Any],
    *,
    order: tuple[str, ...] = ("-created_at", "id"),
    render_all: Callable[[list[Any]], list[Any]] | None = None,
) -> dict[str, Any]:
    """`{"items": […], "next": cursor | null}` by keyset over `order` (whose last field must be unique).

    Query parameters `limit` (1–200, default 50) and `cursor` (signed, only good for the same list). Raises Invalid.
    """
    limit = read_limit(request.GET)
    rows = rows.order_by(*order)
    salt = f"page:{request.path}"
    if cursor := request.GET.get("cursor"):
        rows = rows.filter(_beyond(order, read_cursor(cursor, salt)))
    found = list(rows[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    after = write_cursor([_value(found[-1], name) for name in order], salt) if more else None
    return {"items": render_all(found) if render_all else [render(row) for row in found], "next": after}


def read_limit(query: Mapping[str, Any]) -> int:
    """The `limit` parameter, 1–200, default 50."""
    try:
        limit = int(query.get("limit") or LIMIT_DEFAULT)
    except (TypeError, ValueError):
        limit = 0
    if not 1 <= limit <= LIMIT_MAX:
        raise Invalid(FieldError("?limit", "out-of-range", "must be 1 to 200", "须为 1 到 200"))
    return limit


def write_cursor(values: list[Any], salt: str) -> str:
    return signing.dumps([str(v) if isinstance(v, UUID) else v for v in values], salt=salt, compress=True)


def read_cursor(cursor: str, salt: str, name: str = "cursor") -> list[Any]:
    """What a cursor holds; raises Invalid (of the parameter `name`) when it was not made here for this list."""
    try:
        values: list[Any] = signing.loads(cursor, salt=salt)
    except signing.BadSignature:
        wrong = FieldError(f"?{name}", "cursor-invalid", "use the cursor of the same list", "请使用同一列表返回的游标")
        raise Invalid(wrong) from None
    return values


def _value(row: Model, name: str) -> Any:
    value = getattr(row, name.lstrip("-"))
    return value.isoformat() if isinstance(value, datetime) else value


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """Rows after the cursor: (a, b) > (x, y) as a > x or (a = x and b > y), each in its direction."""
    beyond, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column, test = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        beyond |= equal & Q(**{f"{column}__{test}": value})
        equal &= Q(**{column: value})
    return beyond
