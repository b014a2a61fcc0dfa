"""Rows of people, homes and duty."""

from __future__ import annotations

from tests.permissions.call import Call

PERSON = {"anonymous": 401, "wang": 200, "outsider": 200, "manager": 200}
PUBLIC = {"anonymous": 200, "wang": 200, "outsider": 200}

ROWS: dict[str, dict[str, int]] = {
    "GET /me": PERSON,
    "PATCH /me": PERSON,
    "PUT /me/emergency-contacts": PERSON,
    "POST /duty/start": {
        "anonymous": 401,
        "wang": 403,
        "outsider": 403,
        "manager": 403,
        "dispatcher": 200,
        "second_dispatcher": 200,
        "district_dispatcher": 200,
    },
    "POST /duty/end": {"anonymous": 401, "wang": 403, "outsider": 403}
    | dict.fromkeys(("dispatcher", "second_dispatcher", "district_dispatcher", "other_dispatcher"), 200),
    "GET /duty": {
        "anonymous": 401,
        "wang": 403,
        "outsider": 403,
        "manager": 403,
        "dispatcher": 200,
        "second_dispatcher": 200,
        "district_dispatcher": 200,
        "subdistrict_officer": 200,
        "district_officer": 200,
    },
    "GET /divisions": PUBLIC,
    "GET /communities/{community_id}": PUBLIC,
    "GET /compounds/{compound_id}": PUBLIC,
    "GET /compounds/{compound_id}/buildings": PUBLIC,
    "GET /buildings/{building_id}/homes": PERSON | {"kiosk": 200},
}


CALLS = {
    "PATCH /me": lambda cast: Call(body={"elder_mode": True}),
    "PUT /me/emergency-contacts": lambda cast: Call(body=[{"name": "女儿", "phone": "13800138001"}]),
    "POST /duty/start": lambda cast: Call(body={"division_id": str(cast.community.id)}),
    "GET /duty": lambda cast: Call(query=f"division_id={cast.community.id}"),
    "GET /communities/{community_id}": lambda cast: Call(path={"community_id": cast.community.id}),
    "GET /compounds/{compound_id}": lambda cast: Call(path={"compound_id": cast.compound.id}),
    "GET /compounds/{compound_id}/buildings": lambda cast: Call(path={"compound_id": cast.compound.id}),
    "GET /buildings/{building_id}/homes": lambda cast: Call(path={"building_id": cast.building.id}),
}
