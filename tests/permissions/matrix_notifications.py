"""Rows of inbox, push tokens and preferences: everybody's own, and nobody else's."""

from __future__ import annotations

from tests.permissions.call import Call

PERSON = {"anonymous": 401, "wang": 200, "outsider": 200, "manager": 200, "dispatcher": 200}
GONE = {"anonymous": 401, "wang": 204, "outsider": 204, "manager": 204}

ROWS: dict[str, dict[str, int]] = {
    "GET /inbox": PERSON,
    "POST /inbox/read": PERSON,
    "POST /inbox/archive": PERSON,
    "PUT /push-tokens/{device_key}": PERSON,
    "DELETE /push-tokens/{device_key}": GONE,
    "GET /email": PERSON,
    "POST /email": PERSON
    | {"wang": 409, "outsider": 409, "manager": 409, "dispatcher": 409},  # no mail server in tests
    "POST /email/confirm": PERSON | {"wang": 410, "outsider": 410, "manager": 410, "dispatcher": 410},
    "DELETE /email": GONE,
    "GET /preferences": PERSON,
    "PUT /preferences": PERSON,
}

CALLS = {
    "POST /inbox/read": lambda cast: Call(body={}),
    "POST /inbox/archive": lambda cast: Call(body={"ids": ["01a20000-0000-7000-8000-000000000001"]}),
    "PUT /push-tokens/{device_key}": lambda cast: Call(
        path={"device_key": "phone"}, body={"token": "ok-1", "platform": "ios", "provider": "fcm"}
    ),
    "DELETE /push-tokens/{device_key}": lambda cast: Call(path={"device_key": "phone"}),
    "POST /email": lambda cast: Call(body={"email": "wang@mail.example"}),
    "POST /email/confirm": lambda cast: Call(body={"code": "123456"}),
    "PUT /preferences": lambda cast: Call(body={"language": "en"}),
}
