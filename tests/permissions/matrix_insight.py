"""Rows of the index and the stars: public to read; the district decides on the index, officers note stars of their places."""

from __future__ import annotations

from typing import Any

from backend.insight import acting, months
from backend.insight.acting import Wanted
from backend.insight.models import IndexConfig
from tests.cast import Cast
from tests.permissions.call import Call

PUBLIC = {"anonymous": 200, "wang": 200, "outsider": 200}
OFFICERS = {
    "anonymous": 401,
    "wang": 403,
    "outsider": 403,
    "manager": 403,
    "community_worker": 403,
    "admin": 403,
    "auditor": 403,
    "other_subdistrict_officer": 403,
}
DISTRICT = OFFICERS | {"subdistrict_officer": 403}
ROWS: dict[str, dict[str, int]] = {
    "GET /communities/{community_id}/booklet.pdf": PUBLIC,
    "GET /communities/{community_id}/index": PUBLIC,
    "GET /index/compare": PUBLIC,
    "GET /index/sources": PUBLIC,
    "GET /index/configs": PUBLIC,
    "POST /index/configs": DISTRICT | {"district_officer": 201},
    "POST /index/configs/{config_id}/adopt": DISTRICT | {"district_officer": 200},
    "POST /index/runs": DISTRICT | {"district_officer": 202},
    "POST /communities/{community_id}/stars": OFFICERS | {"subdistrict_officer": 200, "district_officer": 200},
}
CERTIFIED: dict[str, Any] = {
    "source": "places-certified",
    "name": "认定",
    "name_en": "Certified",
    "weight": 1,
    "floor": 0,
    "target": 1,
}


def _config(cast: Cast) -> IndexConfig:
    made: IndexConfig = acting.draft(cast.district_officer.actor, indicators=[Wanted(**CERTIFIED)])
    return made


def _run(cast: Cast) -> Call:
    acting.adopt(cast.district_officer.actor, config_id=_config(cast).id)
    return Call(body={"month": months.last().isoformat()})


def _community(cast: Cast, body: Any = None) -> Call:
    return Call(path={"community_id": cast.community.id}, body=body)


CALLS = {
    "GET /communities/{community_id}/booklet.pdf": _community,
    "GET /communities/{community_id}/index": _community,
    "GET /index/compare": lambda cast: Call(query=f"subdistrict_id={cast.subdistrict.id}"),
    "POST /index/configs": lambda cast: Call(body={"indicators": [CERTIFIED]}),
    "POST /index/configs/{config_id}/adopt": lambda cast: Call(path={"config_id": _config(cast).id}, body={}),
    "POST /index/runs": _run,
    "POST /communities/{community_id}/stars": lambda cast: _community(
        cast, {"stars": 4, "year": 2025, "source": "演示公告"}
    ),
}
