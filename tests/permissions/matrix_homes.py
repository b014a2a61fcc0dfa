"""Rows of homes: claims, evidence, residents, what landlords let; enrolment at the desk; powers to act for somebody."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from backend.core.clock import now
from backend.people import delegation_requests, delegations, evidence, occupancy
from backend.people.models import Residency
from tests.cast import Cast
from tests.permissions.call import Call
from tests.pictures import jpeg_with_a_place
from tests.tickets.drawn import Sheet

PERSON = {"anonymous": 401, "wang": 200, "outsider": 200, "manager": 200}
HOLDERS = {"wang": 200, "landlord": 200}
DESK = {"manager": 200, "community_worker": 200}
HELPS = dict.fromkeys(("dispatcher", "second_dispatcher", "district_dispatcher", "care_worker", "admin"), 200)
NOBODY = {"anonymous": 401, "outsider": 404}
DECIDES = NOBODY | HOLDERS | DESK | {"pending": 403}
CONFIRMS = ("manager", "other_company_manager", "ended_company_manager", "community_worker", "other_community_worker")
READS = (
    *CONFIRMS,
    "dispatcher",
    "second_dispatcher",
    "district_dispatcher",
    "other_dispatcher",
    "care_worker",
    "admin",
)
STAFF_ONLY = {"anonymous": 401, "outsider": 403}

ROWS: dict[str, dict[str, int]] = {
    "GET /me/homes": PERSON,
    "POST /me/homes": {
        "anonymous": 401,
        "wang": 409,
        "tenant": 409,
        "landlord": 409,
        "pending": 409,
        "limited": 403,
        "outsider": 201,
        "neighbour": 201,
    },
    "POST /me/homes/{claim_id}/evidence": NOBODY | {"pending": 201, "wang": 404},
    "POST /me/homes/{residency_id}/end": NOBODY | {"pending": 200, "wang": 404, "manager": 404},
    "POST /me/homes/{offer_id}/accept": NOBODY | {"pending": 200, "wang": 404},
    "POST /me/homes/{offer_id}/decline": NOBODY | {"pending": 200, "wang": 404},
    "GET /claims": STAFF_ONLY | dict.fromkeys(CONFIRMS, 200),
    "POST /homes/{home_id}/claims/{claim_id}/confirm": DECIDES,
    "POST /homes/{home_id}/claims/{claim_id}/reject": DECIDES,
    "GET /homes/{home_id}/claims/{claim_id}/evidence/{evidence_id}": DECIDES | {"pending": 200},
    "GET /homes/{home_id}/residents": NOBODY | HOLDERS | DESK | HELPS,
    "POST /homes/{home_id}/residents/{residency_id}/end": DECIDES | {"pending": 200},
    "GET /homes/{home_id}/occupancy": NOBODY | HOLDERS | DESK | HELPS,
    "POST /homes/{home_id}/occupancy": NOBODY | dict.fromkeys(HOLDERS, 201),
    "POST /homes/{home_id}/occupancy/{occupancy_id}/end": NOBODY | DESK | {"wang": 200},
    "POST /people": STAFF_ONLY | dict.fromkeys(CONFIRMS, 404) | dict.fromkeys(DESK, 201),
    "POST /people/search": STAFF_ONLY | dict.fromkeys(READS, 200),
    "GET /people/{person_id}": STAFF_ONLY
    | dict.fromkeys(READS, 200)
    | dict.fromkeys(
        ("other_company_manager", "ended_company_manager", "other_community_worker", "other_dispatcher"), 404
    ),
    "GET /me/delegations": PERSON,
    "POST /me/delegations/revoke-all": PERSON,
    "POST /people/{person_id}/delegations": NOBODY | {"wang": 201} | dict.fromkeys(DESK, 201),
    "DELETE /people/{person_id}/delegations/{delegation_id}": NOBODY
    | {"wang": 204, "neighbour": 204}
    | dict.fromkeys(DESK, 204),
    "POST /delegations/requests": {"anonymous": 401, "wang": 202, "outsider": 202, "manager": 202},
    "POST /delegations/requests/{request_id}/confirm": NOBODY | {"wang": 400},
}


def _row(cast: Cast) -> Residency:
    return Residency.objects.get(user=cast.pending.user)


def _claim(cast: Cast) -> Call:
    return Call(path={"home_id": cast.home.id, "claim_id": _row(cast).id}, body={})


def _evidence(cast: Cast) -> Call:
    kept = evidence.add(cast.pending.actor, claim_id=_row(cast).id, file=BytesIO(jpeg_with_a_place(64, 48)))
    return Call(path={"home_id": cast.home.id, "claim_id": kept.residency_id, "evidence_id": kept.id})


def _upload(cast: Cast) -> Call:
    return Call(path={"claim_id": _row(cast).id}, options={"data": {"file": Sheet(jpeg_with_a_place(64, 48))}})


def _offer(cast: Cast) -> Any:
    return occupancy.register(
        cast.wang.actor, home_id=cast.home.id, name="租客", until=later(), phone=cast.pending.phone
    )


def later(days: int = 30) -> Any:
    return now() + timedelta(days=days)


def _delegation(cast: Cast) -> Call:
    made = delegations.give(
        cast.wang.actor, person_id=cast.wang.id, powers=["pay"], until=later(), delegate=cast.neighbour.id
    )
    return Call(path={"person_id": cast.wang.id, "delegation_id": made.id})


def _request(cast: Cast) -> Call:
    made = delegation_requests.ask(cast.wang.actor, phone=cast.neighbour.phone, powers=["pay"], until=later())
    return Call(path={"request_id": made.id}, body={"code": "nothing"})


CALLS = {
    "POST /me/homes": lambda cast: Call(body={"home_id": str(cast.home.id), "relation": "family"}),
    "POST /me/homes/{claim_id}/evidence": _upload,
    "POST /me/homes/{residency_id}/end": lambda cast: Call(path={"residency_id": _row(cast).id}, body={}),
    "POST /me/homes/{offer_id}/accept": lambda cast: Call(path={"offer_id": _offer(cast).id}),
    "POST /me/homes/{offer_id}/decline": lambda cast: Call(path={"offer_id": _offer(cast).id}),
    "POST /homes/{home_id}/claims/{claim_id}/confirm": _claim,
    "POST /homes/{home_id}/claims/{claim_id}/reject": _claim,
    "GET /homes/{home_id}/claims/{claim_id}/evidence/{evidence_id}": _evidence,
    "GET /homes/{home_id}/residents": lambda cast: Call(path={"home_id": cast.home.id}),
    "POST /homes/{home_id}/residents/{residency_id}/end": lambda cast: Call(
        path={"home_id": cast.home.id, "residency_id": _row(cast).id}, body={}
    ),
    "GET /homes/{home_id}/occupancy": lambda cast: Call(path={"home_id": _offer(cast).home_id}),
    "POST /homes/{home_id}/occupancy": lambda cast: Call(
        path={"home_id": cast.home.id}, body={"name": "租客", "until": later().isoformat(), "phone": "13700000009"}
    ),
    "POST /homes/{home_id}/occupancy/{occupancy_id}/end": lambda cast: Call(
        path={"home_id": cast.home.id, "occupancy_id": _offer(cast).id}, body={}
    ),
    "POST /people": lambda cast: Call(
        body={"name": "赵奶奶", "home_id": str(cast.home.id), "relation": "family", "witnessed": True}
    ),
    "POST /people/search": lambda cast: Call(body={"phone": cast.wang.phone}),
    "GET /people/{person_id}": lambda cast: Call(path={"person_id": cast.wang.id}),
    "POST /people/{person_id}/delegations": lambda cast: Call(
        path={"person_id": cast.wang.id},
        body={
            "delegate": str(cast.neighbour.id),
            "powers": ["pay"],
            "until": later().isoformat(),
            "witnessed": True,
        },
    ),
    "DELETE /people/{person_id}/delegations/{delegation_id}": _delegation,
    "POST /delegations/requests": lambda cast: Call(
        body={"phone": "13700000009", "powers": ["pay"], "until": later().isoformat()}
    ),
    "POST /delegations/requests/{request_id}/confirm": _request,
}
