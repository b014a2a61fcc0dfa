"""Rows of tickets and photos. The ticket is one of 王奶奶's home unless the call says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.tickets import actions
from tests.cast import Cast
from tests.permissions.call import Call
from tests.tickets.drawn import Sheet, drawn
from tests.tickets.making import STREET, make_ticket

EVERYBODY = {"anonymous": 401, "wang": 200, "outsider": 200, "manager": 200}
# Who does not see a ticket of a home, whatever they want to do with it.
BLIND = {
    "anonymous": 401,
    "neighbour": 404,
    "pending": 404,
    "ended_tenant": 404,
    "outsider": 404,
    "dispatcher": 404,
    "finance": 404,
    "auditor": 404,
    "admin": 404,
    "other_company_manager": 404,
    "ended_company_manager": 404,
    "other_community_worker": 404,
}
READERS = dict.fromkeys(("wang", "manager", "technician", "community_worker", "grid_worker", "hotline_agent"), 200)
READERS |= dict.fromkeys(("subdistrict_officer", "district_officer"), 200)


def only(*able: str) -> dict[str, int]:
    """These may, other readers are forbidden, the rest see nothing."""
    return BLIND | dict.fromkeys(READERS, 403) | dict.fromkeys(able, 200)


OFFICERS = ("subdistrict_officer", "district_officer")
STAFF_READERS = (
    "manager", "other_company_manager", "ended_company_manager", "technician", "community_worker", "other_community_worker",
    "grid_worker", "hotline_agent", "other_subdistrict_officer", *OFFICERS,
)  # fmt: skip

ROWS: dict[str, dict[str, int]] = {
    "GET /tickets/categories": EVERYBODY,
    "GET /tickets/similar": EVERYBODY,
    "GET /tickets/kpis": {"anonymous": 401, "outsider": 403} | dict.fromkeys(STAFF_READERS, 200),
    "GET /tickets": EVERYBODY,
    "POST /tickets": {
        "anonymous": 401,
        "wang": 201,
        "pending": 422,
        "outsider": 422,
        "tenant": 201,
        "landlord": 201,
        "manager": 201,
        "community_worker": 201,
        "hotline_agent": 201,
        "other_company_manager": 422,
    },
    "GET /tickets/{id}": BLIND | READERS,
    "GET /tickets/{id}/timeline": BLIND | READERS,
    "POST /tickets/{id}/accept": only("manager", "district_officer"),
    "POST /tickets/{id}/assign": only("manager", "district_officer"),
    "POST /tickets/{id}/transfer": only("manager", *OFFICERS),
    "POST /tickets/{id}/escalate": only("manager", "community_worker", "grid_worker", *OFFICERS),
    "POST /tickets/{id}/start": only("manager", "technician", "district_officer"),
    "POST /tickets/{id}/pause": only("manager", "technician", "district_officer"),
    "POST /tickets/{id}/resume": only("manager", "technician", "district_officer"),
    "POST /tickets/{id}/resolve": only("manager", "technician", "district_officer"),
    "POST /tickets/{id}/verify": only("wang", "community_worker", "grid_worker", *OFFICERS),
    "POST /tickets/{id}/reopen": only("wang", "community_worker", "grid_worker", *OFFICERS),
    "POST /tickets/{id}/close": only("wang", "manager", "community_worker", *OFFICERS),
    "POST /tickets/{id}/cancel": only("wang", "manager", "district_officer"),
    "POST /tickets/{id}/merge": {"anonymous": 401, "wang": 403, "outsider": 403, "manager": 403, "grid_worker": 403}
    | dict.fromkeys(OFFICERS, 200),
    "POST /tickets/{id}/comments": BLIND | dict.fromkeys(READERS, 201),
    "POST /tickets/{id}/follow": BLIND | READERS,
    "POST /tickets/{id}/rating": only("wang"),
    "POST /photos": {"anonymous": 401, "wang": 201, "outsider": 201, "manager": 201},
    "GET /photos/{id}": BLIND | READERS,
}


def _in(state: str, body: dict[str, Any] | None = None) -> Callable[[Cast], Call]:
    return lambda cast: Call(path={"id": make_ticket(cast, state).id}, body=body)


def _assign(cast: Cast) -> Call:
    return Call(path={"id": make_ticket(cast).id}, body={"assignee_id": str(cast.technician.id)})


def _merge(cast: Cast) -> Call:
    into = make_ticket(cast, **STREET)
    return Call(path={"id": make_ticket(cast, **STREET).id}, body={"into_id": str(into.id)})


def _photo(cast: Cast) -> Call:
    photo = actions.add_photo(cast.wang.actor, file=drawn())
    make_ticket(cast, photo_ids=[photo.id])
    return Call(path={"id": photo.id})


def _report(cast: Cast) -> Call:
    return Call(body={"category": "home-water", "text": "漏水", "home_id": str(cast.home.id)})


CALLS: dict[str, Callable[[Cast], Call]] = {
    "GET /tickets/similar": lambda cast: Call(query="category=street-light&lon=116.46&lat=39.9"),
    "POST /tickets": _report,
    "GET /tickets/{id}": _in("reported"),
    "GET /tickets/{id}/timeline": _in("reported"),
    "POST /tickets/{id}/accept": _in("reported"),
    "POST /tickets/{id}/assign": _assign,
    "POST /tickets/{id}/transfer": _in("reported", {"to": "subdistrict", "reason": "不归物业"}),
    "POST /tickets/{id}/escalate": _in("reported", {"reason": "解决不了"}),
    "POST /tickets/{id}/start": _in("assigned"),
    "POST /tickets/{id}/pause": _in("in_progress", {"reason": "weather"}),
    "POST /tickets/{id}/resume": _in("paused"),
    "POST /tickets/{id}/resolve": _in("in_progress", {"note": "修好了"}),
    "POST /tickets/{id}/verify": _in("resolved", {}),
    "POST /tickets/{id}/reopen": _in("resolved", {"reason": "还在漏"}),
    "POST /tickets/{id}/close": _in("verified"),
    "POST /tickets/{id}/cancel": _in("reported", {"reason": "弄错了"}),
    "POST /tickets/{id}/merge": _merge,
    "POST /tickets/{id}/comments": _in("reported", {"text": "请尽快"}),
    "POST /tickets/{id}/follow": _in("reported"),
    "POST /tickets/{id}/rating": _in("resolved", {"stars": 5}),
    "POST /photos": lambda cast: Call(options={"data": {"file": Sheet(drawn().getvalue())}}),
    "GET /photos/{id}": _photo,
}
