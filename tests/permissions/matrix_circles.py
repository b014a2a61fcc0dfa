"""Rows of coverage, booklets and themed circles: public to read; circles are kept by the officers of the place."""

from __future__ import annotations

from typing import Any

from backend.directory import keeping
from backend.directory.curated import acting
from backend.directory.curated.acting import Stop
from backend.directory.models import Network, ServiceAtLocation, ThemedCircle
from tests.cast import Cast
from tests.permissions.call import Call

PUBLIC = {"anonymous": 200, "wang": 200, "outsider": 200}
CURATORS = {
    "anonymous": 401,
    "wang": 403,
    "outsider": 403,
    "manager": 403,
    "community_worker": 403,
    "admin": 403,
    "auditor": 403,
    "subdistrict_officer": 200,
    "district_officer": 200,
}
OF_ONE = CURATORS | {"other_subdistrict_officer": 404}
HIDDEN = {"anonymous": 404, "wang": 404, "outsider": 404, "subdistrict_officer": 200, "district_officer": 200}
ROWS: dict[str, dict[str, int]] = {
    "GET /circle/coverage": PUBLIC,
    "GET /circle/coverage/history": PUBLIC,
    "GET /circle/coverage/compare": PUBLIC,
    "GET /circle/coverage/map": PUBLIC,
    "GET /circles": {"anonymous": 401, "outsider": 200, "kiosk": 401, "partner": 401, "limited": 401},
    "GET /circles/{circle_id}": HIDDEN,
    "GET /circles/{circle_id}/cover": {"anonymous": 404, "outsider": 404},
    "POST /circles": {who: 201 if status == 200 else status for who, status in CURATORS.items()},
    "PATCH /circles/{circle_id}": OF_ONE,
    "POST /circles/{circle_id}/publish": OF_ONE,
    "POST /circles/{circle_id}/withdraw": {who: 409 if status == 200 else status for who, status in OF_ONE.items()},
    "POST /circles/{circle_id}/cover": {who: 422 if status == 200 else status for who, status in CURATORS.items()}
    | {"other_subdistrict_officer": 422},
}


def _drafted(cast: Cast) -> ThemedCircle:
    """A circle of the cast's community with two places, not yet published."""
    from tests.directory.conftest import PLACES

    network = Network.objects.create(name="quarter", zone=50)
    keeping.keep(PLACES[:2], source="seed", area=network)
    stops = [Stop(at.id) for at in ServiceAtLocation.objects.order_by("id")]
    made: ThemedCircle = acting.draft(
        cast.district_officer.actor,
        division_id=cast.community.id,
        kind="culture",
        name="演示文化圈",
        text="走一走",
        stops=stops,
    )
    return made


def _one(cast: Cast, body: Any = None, **options: Any) -> Call:
    return Call(path={"circle_id": _drafted(cast).id}, body=body, options=options)


def _in_community(cast: Cast) -> Call:
    return Call(query=f"community_id={cast.community.id}")


def _in_subdistrict(cast: Cast) -> Call:
    return Call(query=f"subdistrict_id={cast.subdistrict.id}")


CALLS = {
    "GET /circle/coverage": _in_community,
    "GET /circle/coverage/history": _in_community,
    "GET /circle/coverage/compare": _in_subdistrict,
    "GET /circle/coverage/map": _in_subdistrict,
    "GET /circles": lambda cast: Call(query="mine=1"),
    "GET /circles/{circle_id}": _one,
    "GET /circles/{circle_id}/cover": _one,
    "POST /circles": lambda cast: Call(
        body={"division_id": str(cast.community.id), "kind": "boutique", "name": "演示精品圈"}
    ),
    "PATCH /circles/{circle_id}": lambda cast: _one(cast, {"name": "新名"}),
    "POST /circles/{circle_id}/publish": lambda cast: _one(cast, {}),
    "POST /circles/{circle_id}/withdraw": lambda cast: _one(cast, {}),
    "POST /circles/{circle_id}/cover": lambda cast: _one(cast, {}),
}
