"""Rows of alarms, incidents and devices."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from backend.emergency import actions
from backend.emergency.models import Incident
from tests.cast import Cast
from tests.emergency.builders import SECRET, make_device, raise_alarm
from tests.emergency.signing import signed_headers
from tests.permissions.call import Call

ALARM = UUID("01a20000-0000-7000-8000-000000000001")
OUT_OF_SIGHT = {
    "anonymous": 401,
    "neighbour": 404,
    "outsider": 404,
    "pending": 404,
    "ended_tenant": 404,
    "manager": 404,
    "other_company_manager": 404,
    "technician": 404,
    "finance": 404,
    "grid_worker": 404,
    "other_community_worker": 404,
    "auditor": 404,
    "admin": 404,
}
READ_ONLY = dict.fromkeys(("wang", "community_worker", "care_worker", "subdistrict_officer", "district_officer"), 403)
DISPATCHERS = {"dispatcher": 200, "second_dispatcher": 200, "district_dispatcher": 200}
OWNER_ONLY = {"dispatcher": 200, "second_dispatcher": 409, "district_dispatcher": 409}
ANYBODY = {
    "anonymous": 401,
    "wang": 201,
    "neighbour": 201,
    "outsider": 201,
    "pending": 201,
    "ended_tenant": 201,
    "limited": 201,
    "suspended_manager": 201,
    "manager": 201,
}
OWN = {"anonymous": 401, "wang": 200, "neighbour": 404, "outsider": 404, "dispatcher": 404, "admin": 404}
OWN |= {"limited": 404, "suspended_manager": 404}
OWN |= dict.fromkeys(("delegate_pay", "delegate_report", "delegate_book", "ended_delegate"), 403)
BY_HAND = dict.fromkeys(("kiosk", "partner", "wang", "outsider", "manager", "community_worker"), 403) | {
    "anonymous": 401, "dispatcher": 201, "second_dispatcher": 201, "other_dispatcher": 201, "district_dispatcher": 201,
}  # fmt: skip
SIGNED = {"anonymous": 202, "wang": 202, "outsider": 202}

ROWS: dict[str, dict[str, int]] = {
    "POST /emergency/alarms": ANYBODY,
    "GET /emergency/alarms/{alarm_id}": OWN,
    "POST /emergency/alarms/{alarm_id}/cancel": OWN,
    "POST /emergency/signals": SIGNED,
    "POST /emergency/calls": BY_HAND,
    "GET /emergency/incidents": {"anonymous": 401, "wang": 200, "outsider": 200, "manager": 200, "dispatcher": 200},
    "GET /emergency/incidents/{incident_id}": OUT_OF_SIGHT | dict.fromkeys(READ_ONLY, 200) | DISPATCHERS,
    "POST /emergency/incidents/{incident_id}/acknowledge": OUT_OF_SIGHT | READ_ONLY | DISPATCHERS,
    "POST /emergency/incidents/{incident_id}/note": OUT_OF_SIGHT | READ_ONLY | DISPATCHERS,
    "POST /emergency/incidents/{incident_id}/hand-off": OUT_OF_SIGHT | READ_ONLY | DISPATCHERS,
    "POST /emergency/incidents/{incident_id}/release": OUT_OF_SIGHT | READ_ONLY | OWNER_ONLY,
    "POST /emergency/incidents/{incident_id}/call": OUT_OF_SIGHT | READ_ONLY | OWNER_ONLY,
    "POST /emergency/incidents/{incident_id}/resolve": OUT_OF_SIGHT | READ_ONLY | OWNER_ONLY,
    "GET /emergency/devices": {
        "anonymous": 401,
        "wang": 403,
        "outsider": 403,
        "manager": 403,
        "community_worker": 403,
        "dispatcher": 200,
        "second_dispatcher": 200,
        "district_officer": 200,
    }
    | dict.fromkeys(("district_dispatcher", "other_dispatcher", "admin"), 200)
    | dict.fromkeys(("subdistrict_officer", "other_subdistrict_officer"), 200),
}

KEEPERS_ONLY = {"anonymous": 401} | dict.fromkeys(
    ("wang", "outsider", "manager", "community_worker", "dispatcher", "district_officer", "auditor"), 403
)
ROWS |= {
    "GET /emergency/devices/{device_id}/keys": KEEPERS_ONLY | {"admin": 200},
    "POST /emergency/devices/{device_id}/keys": KEEPERS_ONLY | {"admin": 201},
    "DELETE /emergency/devices/{device_id}/keys": KEEPERS_ONLY | {"admin": 204},
    "DELETE /emergency/devices/{device_id}/keys/{key_id}": KEEPERS_ONLY | {"admin": 204},
}


def _device(cast: Cast, body: Any = None) -> Call:
    return Call(path={"device_id": make_device(cast).id, "key_id": "key-BTN-1"}, body=body)


def _alarm(cast: Cast) -> Call:
    raise_alarm(cast.wang, id=ALARM)
    return Call(path={"alarm_id": ALARM})


def _open(cast: Cast) -> Call:
    return Call(path={"incident_id": raise_alarm(cast.wang).id})


def _taken(cast: Cast, body: Any = None) -> Call:
    incident: Incident = raise_alarm(cast.wang)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    return Call(path={"incident_id": incident.id}, body=body)


def _signal(cast: Cast) -> Call:
    make_device(cast)
    raw = json.dumps({"event_id": "1", "kind": "sos"}).encode()
    headers = signed_headers(raw, key_id="key-BTN-1", secret=SECRET)
    return Call(headers=headers, options={"data": raw, "content_type": "application/json"})


CALLS = {
    "POST /emergency/alarms": lambda cast: Call(body={"id": str(ALARM), "kind": "sos"}),
    "GET /emergency/alarms/{alarm_id}": _alarm,
    "POST /emergency/alarms/{alarm_id}/cancel": _alarm,
    "POST /emergency/signals": _signal,
    "POST /emergency/calls": lambda cast: Call(body={"id": str(ALARM), "caller": "13900001234", "note": "x"}),
    "GET /emergency/incidents/{incident_id}": _open,
    "POST /emergency/incidents/{incident_id}/acknowledge": _open,
    "POST /emergency/incidents/{incident_id}/note": lambda cast: _taken(cast, {"text": "已联系家属"}),
    "POST /emergency/incidents/{incident_id}/hand-off": lambda cast: _taken(
        cast, {"to": str(cast.second_dispatcher.id)}
    ),
    "POST /emergency/incidents/{incident_id}/release": _taken,
    "POST /emergency/incidents/{incident_id}/call": lambda cast: _taken(cast, {"to": "person", "result": "spoke"}),
    "POST /emergency/incidents/{incident_id}/resolve": lambda cast: _taken(cast, {"disposition": "real"}),
    "GET /emergency/devices/{device_id}/keys": _device,
    "POST /emergency/devices/{device_id}/keys": lambda cast: _device(cast, {"purpose": "signature"}),
    "DELETE /emergency/devices/{device_id}/keys": _device,
    "DELETE /emergency/devices/{device_id}/keys/{key_id}": _device,
}
