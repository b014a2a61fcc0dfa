"""Rows of bulletins: read by anybody, put up by the desk of the place."""

from __future__ import annotations

from typing import Any

from backend.bulletins import actions
from backend.bulletins.drafting import Draft
from backend.bulletins.models import Bulletin
from tests.cast import Cast
from tests.permissions.call import Call

PUBLIC = {"anonymous": 200, "wang": 200, "outsider": 200, "manager": 200}
WRITERS = {
    "anonymous": 401,
    "wang": 403,
    "neighbour": 403,
    "outsider": 403,
    "technician": 403,
    "finance": 403,
    "dispatcher": 403,
    "auditor": 403,
    "admin": 403,
    "other_company_manager": 403,
    "ended_company_manager": 403,
    "other_community_worker": 403,
    "manager": 200,
    "community_worker": 200,
    "subdistrict_officer": 200,
    "district_officer": 200,
}
ROWS: dict[str, dict[str, int]] = {
    "GET /bulletins": PUBLIC,
    "GET /bulletins/{bulletin_id}": PUBLIC,
    "POST /bulletins": {who: 201 if status == 200 else status for who, status in WRITERS.items()},
    "POST /bulletins/preview": WRITERS,
    "PATCH /bulletins/{bulletin_id}": WRITERS,
    "POST /bulletins/{bulletin_id}/end": WRITERS,
    "POST /bulletins/{bulletin_id}/withdraw": WRITERS,
}


def _body(cast: Cast) -> dict[str, Any]:
    return {"kind": "notice", "scope": "compound", "scope_id": str(cast.compound.id), "text": "本周六清洗水箱。"}


def put_up(cast: Cast) -> Bulletin:
    """A notice of the compound, put up by its manager."""
    made: Bulletin = actions.publish(
        cast.manager.actor,
        scope="compound",
        scope_id=cast.compound.id,
        draft=Draft(kind="notice", text="本周六清洗水箱。"),
    )
    return made


def _one(cast: Cast, body: Any = None) -> Call:
    return Call(path={"bulletin_id": put_up(cast).id}, body=body)


CALLS = {
    "GET /bulletins/{bulletin_id}": _one,
    "POST /bulletins": lambda cast: Call(body=_body(cast)),
    "POST /bulletins/preview": lambda cast: Call(body=_body(cast)),
    "PATCH /bulletins/{bulletin_id}": lambda cast: _one(cast, {"text": "改到周日。"}),
    "POST /bulletins/{bulletin_id}/end": _one,
    "POST /bulletins/{bulletin_id}/withdraw": _one,
}
