"""Rows of login: codes, sessions, fresh proof, the phone."""

from __future__ import annotations

from backend.people.models import PhoneChange, Session
from backend.people.phone_change_desk import ask_at_desk
from tests.cast import Cast
from tests.permissions.call import Call
from tests.whole_cast import STAFF

PUBLIC = {"anonymous": 202, "wang": 202, "outsider": 202}
PERSON = {"anonymous": 401, "wang": 200, "outsider": 200, "manager": 200}
DESK = {
    "anonymous": 401,
    "wang": 403,
    "neighbour": 403,
    "outsider": 403,
    "technician": 403,
    "dispatcher": 403,
    "admin": 403,
    "other_company_manager": 404,
    "other_community_worker": 404,
    "ended_company_manager": 404,
}

ROWS: dict[str, dict[str, int]] = {
    "POST /auth/codes": PUBLIC,
    "POST /auth/sessions": dict.fromkeys(PUBLIC, 410),
    "POST /auth/refresh": dict.fromkeys(PUBLIC, 401),
    "POST /auth/proof-codes": {"anonymous": 401, "wang": 202, "outsider": 202}
    | dict.fromkeys((*STAFF, "otp_manager"), 401),
    "POST /auth/phone-codes": {"anonymous": 401, "wang": 202, "outsider": 202},
    "POST /auth/reproof": {"anonymous": 401, "wang": 409, "outsider": 409, "limited": 201},
    "GET /auth/sessions": PERSON,
    "DELETE /auth/sessions": {"anonymous": 401, "wang": 204, "outsider": 204},
    "DELETE /auth/sessions/{session_id}": {
        "anonymous": 401,
        "wang": 204,
        "outsider": 404,
        "neighbour": 404,
        "admin": 404,
    },
    "POST /me/phone": {"anonymous": 401, "wang": 410, "outsider": 410},
    "POST /me/phone-change/refuse": {"anonymous": 401, "wang": 200, "outsider": 404},
    "POST /people/{person_id}/phone": DESK | {"manager": 201, "community_worker": 201},
    "POST /people/{person_id}/reproof": DESK | {"manager": 200, "community_worker": 200},
}

NEW_PHONE = "13900007777"


def _waiting(cast: Cast) -> Call:
    ask_at_desk(cast.community_worker.actor, person_id=cast.wang.id, phone=NEW_PHONE, reason="丢失")
    PhoneChange.objects.update(due_at=None)
    return Call()


def _limited(cast: Cast) -> Call:
    Session.objects.filter(id=cast.wang.session.id).update(is_limited=True)
    return Call(path={"person_id": cast.wang.id})


CALLS = {
    "POST /auth/codes": lambda cast: Call(body={"phone": "13800138000"}),
    "POST /auth/sessions": lambda cast: Call(body={"phone": "13800138000", "code": "1", "device": {"key": "k"}}),
    "POST /auth/refresh": lambda cast: Call(body={"refresh_token": "none"}),
    "POST /auth/phone-codes": lambda cast: Call(body={"phone": NEW_PHONE}),
    "POST /auth/reproof": lambda cast: Call(body={"choice": "new-person"}),
    "DELETE /auth/sessions/{session_id}": lambda cast: Call(path={"session_id": cast.wang.session.id}),
    "POST /me/phone": lambda cast: Call(body={"phone": NEW_PHONE, "code": "123456"}),
    "POST /me/phone-change/refuse": _waiting,
    "POST /people/{person_id}/phone": lambda cast: Call(
        path={"person_id": cast.wang.id}, body={"phone": NEW_PHONE, "reason": "丢失"}
    ),
    "POST /people/{person_id}/reproof": _limited,
}
