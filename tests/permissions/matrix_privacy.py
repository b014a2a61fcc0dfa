"""Rows of a person's rights over their data, and of revealing what is masked."""

from __future__ import annotations

from tests.cast import Cast
from tests.permissions.call import Call
from tests.whole_cast import STAFF

HOLD_A_ROLE = ["otp_manager", *(role for role in STAFF if role != "stale_admin")]
OWN = {"anonymous": 401, "wang": 200, "outsider": 200, "manager": 200}

ROWS: dict[str, dict[str, int]] = {
    "GET /me/consents": OWN,
    "PUT /me/consents/{purpose}": OWN,
    "GET /me/access-log": OWN,
    "GET /me/export": {"anonymous": 401, "wang": 202, "outsider": 202, "manager": 202},
    "POST /me/erasure": {"anonymous": 401, "wang": 202, "outsider": 202} | dict.fromkeys(HOLD_A_ROLE, 409),
    "POST /people/{person_id}/reveal": {
        "anonymous": 401,
        "wang": 403,
        "neighbour": 403,
        "outsider": 403,
        "pending": 403,
        "ended_tenant": 403,
        "technician": 403,
        "finance": 403,
        "grid_worker": 403,
        "subdistrict_officer": 403,
        "district_officer": 403,
        "auditor": 403,
        "admin": 403,
        "other_company_manager": 404,
        "ended_company_manager": 404,
        "other_dispatcher": 404,
        "other_community_worker": 404,
        "manager": 200,
        "community_worker": 200,
        "dispatcher": 200,
        "second_dispatcher": 200,
        "district_dispatcher": 200,
    },
}

CALLS = {
    "PUT /me/consents/{purpose}": lambda cast: Call(
        path={"purpose": "notices"}, body={"given": True, "version": "2026-11"}
    ),
    "POST /people/{person_id}/reveal": lambda cast: _reveal(cast),
}


def _reveal(cast: Cast) -> Call:
    return Call(path={"person_id": cast.wang.id}, body={"fields": ["phone"], "reason": "call_back"})
