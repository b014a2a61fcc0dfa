"""Rows of staff logins, roles, suspension, invitations."""

from __future__ import annotations

from typing import Any

from backend.people.models import RoleGrant
from tests.cast import Cast
from tests.permissions.call import Call

GRANTERS = {
    "anonymous": 401,
    "outsider": 403,
    "wang": 403,
    "dispatcher": 403,
    "technician": 403,
    "finance": 403,
    "community_worker": 403,
    "auditor": 403,
}
SUSPENDERS = GRANTERS | {"manager": 403, "subdistrict_officer": 403, "district_officer": 403, "admin": 200}

ROWS: dict[str, dict[str, int]] = {
    "POST /auth/staff/sessions": {"anonymous": 401, "outsider": 401, "admin": 401},
    "POST /auth/reauthentication": {"anonymous": 401, "outsider": 401, "admin": 401},
    "GET /people/{person_id}/grants": GRANTERS
    | {
        "manager": 200,
        "other_company_manager": 200,
        "ended_company_manager": 200,
        "subdistrict_officer": 200,
        "other_subdistrict_officer": 200,
        "district_officer": 200,
        "admin": 200,
    },
    "POST /people/{person_id}/grants": GRANTERS
    | {
        "manager": 201,
        "other_company_manager": 403,
        "ended_company_manager": 403,
        "subdistrict_officer": 403,
        "district_officer": 403,
        "admin": 201,
    },
    "DELETE /people/{person_id}/grants/{grant_id}": {
        "anonymous": 401,
        "outsider": 403,
        "wang": 403,
        "dispatcher": 403,
        "auditor": 403,
        "other_company_manager": 403,
        "ended_company_manager": 403,
        "subdistrict_officer": 403,
        "district_officer": 403,
        "technician": 204,
        "manager": 204,
        "admin": 204,
    },
    "POST /people/{person_id}/suspend": SUSPENDERS,
    "POST /people/{person_id}/reinstate": SUSPENDERS | {"pending": 401},
    "POST /staff/invitations": GRANTERS
    | {
        "manager": 201,
        "other_company_manager": 403,
        "subdistrict_officer": 403,
        "district_officer": 403,
        "admin": 201,
    },
}


def _technician(cast: Cast) -> dict[str, Any]:
    return {"role": "technician", "scope_kind": "company", "scope_id": str(cast.company.id)}


def _grant(cast: Cast) -> Call:
    return Call(path={"person_id": cast.neighbour.id}, body=_technician(cast))


def _revoke(cast: Cast) -> Call:
    row = RoleGrant.objects.get(user=cast.technician.user)
    return Call(path={"person_id": cast.technician.id, "grant_id": row.id})


def _reinstate(cast: Cast) -> Call:
    cast.pending.user.state = "suspended"
    cast.pending.user.save()
    return Call(path={"person_id": cast.pending.id})


def _invite(cast: Cast) -> Call:
    return Call(body=_technician(cast) | {"name": "新师傅", "staff_name": "new.hand"})


CALLS = {
    "POST /auth/staff/sessions": lambda cast: Call(body={"session_token": "none", "device": {"key": "k"}}),
    "POST /auth/reauthentication": lambda cast: Call(body={"session_token": "none"}),
    "GET /people/{person_id}/grants": lambda cast: Call(path={"person_id": cast.technician.id}),
    "POST /people/{person_id}/grants": _grant,
    "DELETE /people/{person_id}/grants/{grant_id}": _revoke,
    "POST /people/{person_id}/suspend": lambda cast: Call(
        path={"person_id": cast.pending.id}, body={"reason": "investigation"}
    ),
    "POST /people/{person_id}/reinstate": _reinstate,
    "POST /staff/invitations": _invite,
}
