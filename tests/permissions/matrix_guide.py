"""Rows of the guide, read by anybody, and of checklists, a person's own (or a delegate's with `book`)."""

from __future__ import annotations

from typing import Any

from backend.directory import checklists
from backend.directory.models import Checklist, GuideItem, LifeEvent, LifeStep, TaxonomyTerm
from tests.cast import Cast
from tests.permissions.call import Call

PUBLIC = {"anonymous": 200, "wang": 200, "outsider": 200}
EVERYBODY = {"anonymous": 401, "wang": 200, "outsider": 200}
HERS = {
    "anonymous": 401,
    "wang": 200,
    "tenant": 404,
    "neighbour": 404,
    "outsider": 404,
    "community_worker": 404,
    "admin": 404,
}
ROWS: dict[str, dict[str, int]] = {
    "GET /guide": PUBLIC,
    "GET /guide/{code}": PUBLIC,
    "GET /life-events": PUBLIC,
    "GET /me/checklists": EVERYBODY,
    "POST /me/checklists": {who: 201 if status == 200 else status for who, status in EVERYBODY.items()},
    "GET /me/checklists/{checklist_id}": HERS,
    "POST /me/checklists/{checklist_id}/steps/{step_id}": HERS,
    "POST /me/checklists/{checklist_id}/archive": HERS,
}


def make_guide() -> LifeEvent:
    """One matter and one event with a step that asks for it."""
    item = GuideItem.objects.create(
        code="elder-card",
        category=TaxonomyTerm.objects.get(code="community-office"),
        name="演示·老年卡",
        name_en="Demo card",
    )
    event = LifeEvent.objects.create(code="retirement", name="退休", name_en="Retirement")
    LifeStep.objects.create(event=event, code="card", guide_item=item, name="办卡", name_en="Get the card")
    return event


def _hers(cast: Cast) -> Checklist:
    made: Checklist = checklists.open(cast.wang.actor, event=make_guide().code)
    return made


def _one(cast: Cast, body: Any = None, *, with_step: bool = False) -> Call:
    mine = _hers(cast)
    step = {"step_id": mine.steps.get().id} if with_step else {}
    return Call(path={"checklist_id": mine.id} | step, body=body)


CALLS = {
    "GET /guide/{code}": lambda cast: Call(path={"code": make_guide().steps.get().guide_item.code}),
    "POST /me/checklists": lambda cast: Call(body={"event": make_guide().code}),
    "GET /me/checklists/{checklist_id}": _one,
    "POST /me/checklists/{checklist_id}/steps/{step_id}": lambda cast: _one(cast, {"done": True}, with_step=True),
    "POST /me/checklists/{checklist_id}/archive": _one,
}
