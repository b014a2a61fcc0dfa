"""Rows of opening hours: read by anybody, set by who reviews the directory there (or its provider: see tests/directory/hours)."""

from __future__ import annotations

from typing import Any

from backend.directory import hours_acting
from backend.directory.hours_drafts import ClosureDraft
from backend.directory.models import ServiceAtLocation
from tests.cast import Cast
from tests.permissions.call import Call
from tests.permissions.matrix_services import REVIEWERS, offered

AT = "/services-at-locations/{at_id}"
ROWS: dict[str, dict[str, int]] = {
    f"GET {AT}/schedules": dict.fromkeys(REVIEWERS, 200),
    f"PUT {AT}/schedules": REVIEWERS,
    f"POST {AT}/closures": {who: 201 if status == 200 else status for who, status in REVIEWERS.items()},
    f"DELETE {AT}/closures/{{closure_id}}": REVIEWERS,
}


def _at(cast: Cast) -> ServiceAtLocation:
    return ServiceAtLocation.objects.get(service=offered(cast))


def _one(cast: Cast, body: Any = None) -> Call:
    return Call(path={"at_id": _at(cast).id}, body=body)


def _closed(cast: Cast) -> Call:
    at = _at(cast)
    draft = ClosureDraft(kind="renovation", starts_at=hours_acting.FOREVER.replace(year=2026, month=12))
    row = hours_acting.close(cast.community_worker.actor, at_id=at.id, draft=draft)
    return Call(path={"at_id": at.id, "closure_id": row.id})


CALLS = {
    f"GET {AT}/schedules": _one,
    f"PUT {AT}/schedules": lambda cast: _one(cast, {"hours_text": "Mo-Fr 09:00-18:00"}),
    f"POST {AT}/closures": lambda cast: _one(
        cast, {"kind": "renovation", "starts_at": "2026-12-01T08:00:00+08:00", "ends_at": "2026-12-09T08:00:00+08:00"}
    ),
    f"DELETE {AT}/closures/{{closure_id}}": _closed,
}
