"""Rows of dead letters, channels and providers' reports: the administrator's; providers prove themselves by signature."""

from __future__ import annotations

from backend.core.ids import uuid7
from tests.permissions.call import Call

KEEPER = {
    "anonymous": 401,
    "outsider": 403,
    "wang": 403,
    "dispatcher": 403,
    "manager": 403,
    "auditor": 403,
    "admin": 200,
}
NOBODY = {"anonymous": 404, "outsider": 404, "admin": 404}  # none is configured in tests

ROWS: dict[str, dict[str, int]] = {
    "GET /deliveries/unsent": KEEPER,
    "POST /deliveries/{delivery_id}/replay": KEEPER | {"admin": 404},
    "GET /channels": KEEPER,
    "GET /webpush-key": {"anonymous": 200, "outsider": 200, "admin": 200},
    "POST /webhooks/sms/{provider}": NOBODY,
    "POST /webhooks/voice/{provider}": NOBODY,
}

CALLS = {
    "POST /deliveries/{delivery_id}/replay": lambda cast: Call(path={"delivery_id": uuid7()}),
    "POST /webhooks/sms/{provider}": lambda cast: Call(path={"provider": "twilio"}, body={}),
    "POST /webhooks/voice/{provider}": lambda cast: Call(path={"provider": "twilio"}, body={}),
}
