"""Rows of the delivery log and the tests of channels: who keeps the deliveries, alone."""

from __future__ import annotations

from tests.permissions.call import Call

KEEPERS = {"anonymous": 401, "wang": 403, "outsider": 403, "manager": 403, "dispatcher": 403, "auditor": 403}
ROWS: dict[str, dict[str, int]] = {
    "GET /deliveries": KEEPERS | {"admin": 200},
    "POST /channels/{channel}/test": KEEPERS | {"admin": 201},
    "GET /topics": KEEPERS | {"admin": 200},
    "POST /topics/{topic}/test": KEEPERS | {"admin": 201},
}
CALLS = {
    "POST /channels/{channel}/test": lambda cast: Call(path={"channel": "sms"}),
    "POST /topics/{topic}/test": lambda cast: Call(path={"topic": "bill.issued"}, body={}),
}
