"""The district's page of the index: its versions, a new draft from what is in force, adopting, computing a month again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from backend.core.errors import FieldError, Forbidden, Invalid, NotFound
from backend.core.jobs import Job
from backend.insight import acting, beginning, months, reading, runs
from backend.insight.acting import Wanted
from backend.insight.models import IndexConfig
from backend.insight.sources import SOURCES
from web import session
from web.desk.coverage import curator, frame
from web.forms import uuid_of
from web.pages import person_page, say, show


@require_GET
@person_page
def index(request: HttpRequest) -> HttpResponse:
    """`/desk/index`"""
    actor = curator(request)
    if not acting.keeps_index(actor):
        raise Forbidden
    adopted = reading.adopted()
    jobs = Job.objects.filter(owner_id=actor.must_be_known(), kind=runs.JOB).order_by("-id")
    return show(
        request,
        "web/desk/index.html",
        **frame(actor, "coverage"),
        configs=reading.configs(),
        rows=_rows(adopted),
        last_month=f"{months.last():%Y-%m}",
        job=jobs.first(),
    )


def _rows(adopted: IndexConfig | None) -> list[Any]:
    """The lines to begin with, and every other source with no weight yet (coverage of another list is drafted over the API)."""
    rows: list[Any] = list(adopted.indicators.all()) if adopted else list(beginning.FIRST)
    used = {row.source for row in rows}
    rest = [
        Wanted(code, source.zh[:60], source.en[:120], Decimal(0), Decimal(0), Decimal(1))
        for code, source in SOURCES.items()
        if code not in used and not source.takes_codes
    ]
    return [*rows, *rest]


@require_POST
@person_page
def step(request: HttpRequest, act: str) -> HttpResponse:
    """`/desk/index/{draft|adopt|run}`"""
    actor, form = session.actor_of(request), request.POST
    if act == "draft":
        acting.draft(actor, indicators=_wanted(form), note=form.get("note", "").strip()[:300])
        session.flash(request, say("index.drafted"))
    elif act == "adopt":
        acting.adopt(actor, config_id=uuid_of(form.get("config")))
        session.flash(request, say("index.adopted"))
    elif act == "run":
        acting.compute(actor, month=_month(form.get("month", "")))
        session.flash(request, say("index.running"))
    else:
        raise NotFound
    return redirect("web:desk-index")


def _wanted(form: Any) -> list[Wanted]:
    """The rows of the form whose weight is above 0; the sources and names are those of the row."""
    names = ("source", "codes", "name", "name_en", "weight", "floor", "target", "least")
    columns = [form.getlist(name) for name in names]
    if len({len(column) for column in columns}) != 1 or not columns[0]:
        raise Invalid(FieldError("/indicators", "required", "at least one indicator", "至少需要一个指标"))
    rows = []
    for source, codes, name, name_en, weight, floor, target, least in zip(*columns, strict=True):
        weighs = _number(weight, "/weight")
        if weighs > 0:
            rows.append(
                Wanted(
                    source=source,
                    name=name[:60],
                    name_en=name_en[:120],
                    weight=weighs,
                    floor=_number(floor, "/floor"),
                    target=_number(target, "/target"),
                    codes=codes.split(),
                    least=int(least) if least.isdecimal() and 1 <= int(least) <= 100_000 else 1,
                )
            )
    if not rows:
        raise Invalid(FieldError("/indicators", "required", "at least one indicator", "至少需要一个指标"))
    return rows


def _number(text: str, pointer: str) -> Decimal:
    wrong = Invalid(FieldError(pointer, "not-a-number", "must be a number of 0 to 1000", "须为 0 到 1000 的数"))
    try:
        value = Decimal(text).quantize(Decimal("0.0001"))
    except InvalidOperation:
        raise wrong from None
    if not 0 <= value <= 1000:
        raise wrong
    return value


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Invalid(FieldError("/month", "not-a-month", "this is not a month", "月份不正确")) from None
