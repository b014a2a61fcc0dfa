"""Rows of clients and their keys: an administrator's, within reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from backend.people import client_keeping as keeping
from backend.people.roles import ClientScope
from tests.cast import Cast
from tests.permissions.call import Call

NOBODY = dict.fromkeys(
    ("wang", "outsider", "neighbour", "manager", "dispatcher", "community_worker", "district_officer", "auditor"), 403
)
REFUSED = {"anonymous": 401} | NOBODY

ROWS: dict[str, dict[str, int]] = {
    "GET /clients": REFUSED | {"admin": 200},
    "POST /clients": REFUSED | {"admin": 201},
    "GET /clients/{client_id}": REFUSED | {"admin": 200},
    "DELETE /clients/{client_id}": REFUSED | {"admin": 204},
    "POST /clients/{client_id}/keys": REFUSED | {"admin": 201},
    "DELETE /clients/{client_id}/keys/{key_id}": REFUSED | {"admin": 204},
}


def make_client(cast: Cast) -> keeping.NewKey:
    return keeping.make_client(
        cast.admin.actor,
        name="社区大厅自助终端",
        kind="kiosk",
        scope_kind="community",
        scope_id=cast.community.id,
        scopes=[ClientScope.CIRCLE_READ],
    )


def _one(cast: Cast) -> Call:
    return Call(path={"client_id": make_client(cast).client.id})


def _key(cast: Cast) -> Call:
    made = make_client(cast)
    keeping.make_key(cast.admin.actor, client_id=made.client.id, overlap=timedelta(days=1))
    return Call(path={"client_id": made.client.id, "key_id": made.key.key_id})


CALLS = {
    "POST /clients": lambda cast: Call(
        body={
            "name": "终端",
            "kind": "kiosk",
            "scope_kind": "compound",
            "scope_id": str(cast.compound.id),
            "scopes": ["circle:read"],
        }
    ),
    "GET /clients/{client_id}": _one,
    "DELETE /clients/{client_id}": _one,
    "POST /clients/{client_id}/keys": lambda cast: replace(_one(cast), body={"overlap_hours": 24}),
    "DELETE /clients/{client_id}/keys/{key_id}": _key,
}
