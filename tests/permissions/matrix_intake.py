"""Rows of the ways into the directory: sheets, applications, proposals, corrections."""

from __future__ import annotations

import io
from typing import Any

from backend.directory import keeping
from backend.directory.intake import corrections, pictures, proposals, providers, sheets
from backend.directory.models import Correction, Membership, Organization, Proposal, ServiceAtLocation, Sheet
from backend.people.actor import Actor
from backend.people.models import RoleGrant
from backend.people.roles import Role
from tests.cast import Cast, Member
from tests.directory.conftest import make_place
from tests.permissions.call import Call
from tests.tickets.drawn import Sheet as Drawn
from tests.tickets.drawn import drawn

SYSTEM = Actor.system("test")
IMPORTERS = {"anonymous": 401, "wang": 403, "outsider": 403, "community_worker": 403, "admin": 200}
SENDERS = IMPORTERS | {"admin": 201}
ANYBODY = {"anonymous": 401, "wang": 200, "outsider": 200}
REPORTERS = {"anonymous": 401, "wang": 201, "outsider": 201}
REVIEWERS = {
    "anonymous": 401,
    "wang": 403,
    "outsider": 403,
    "manager": 403,
    "community_worker": 200,
    "other_community_worker": 404,
    "other_subdistrict_officer": 404,
    "subdistrict_officer": 200,
    "district_officer": 200,
    "admin": 200,
}
READERS = REVIEWERS | {"other_community_worker": 200, "other_subdistrict_officer": 200}
MEMBERS = {"anonymous": 401, "wang": 403, "outsider": 403, "community_worker": 403, "provider": 403}
OWN = {"anonymous": 401, "wang": 200, "outsider": 404}
ROWS: dict[str, dict[str, int]] = {
    "GET /directory/imports/template.csv": IMPORTERS,
    "POST /directory/imports": SENDERS,
    "GET /directory/imports": IMPORTERS,
    "GET /directory/imports/{sheet_id}": IMPORTERS,
    "GET /directory/imports/{sheet_id}/report": IMPORTERS,
    "GET /directory/imports/{sheet_id}/report.csv": IMPORTERS,
    "POST /directory/imports/{sheet_id}/apply": IMPORTERS,
    "POST /directory/imports/{sheet_id}/withdraw": IMPORTERS,
    "POST /directory/osm-imports": IMPORTERS | {"admin": 422},
    "POST /directory/photos": REPORTERS,
    "GET /directory/photos/{photo_id}": OWN | {"community_worker": 404, "admin": 404},
    "POST /services/{service_id}/corrections": REPORTERS,
    "GET /me/corrections": ANYBODY,
    "GET /directory/queue": READERS,
    "GET /directory/corrections": READERS,
    "POST /directory/corrections/{correction_id}/apply": REVIEWERS,
    "POST /directory/corrections/{correction_id}/dismiss": REVIEWERS,
    "POST /providers/applications": REPORTERS,
    "GET /providers/applications": ANYBODY,
    "POST /providers/applications/{application_id}/withdraw": OWN,
    "GET /directory/applications": READERS,
    "POST /directory/applications/{application_id}/approve": REVIEWERS,
    "POST /directory/applications/{application_id}/refuse": REVIEWERS,
    "GET /providers/mine": ANYBODY,
    "POST /providers/members/{membership_id}/end": {
        "anonymous": 401,
        "wang": 404,
        "outsider": 404,
        "community_worker": 200,
        "other_community_worker": 404,
        "subdistrict_officer": 200,
        "district_officer": 200,
        "admin": 200,
    },
    "POST /providers/proposals": MEMBERS,
    "GET /providers/proposals": MEMBERS | {"provider": 200},
    "POST /providers/proposals/{proposal_id}/withdraw": MEMBERS | {"provider": 404},
    "GET /directory/proposals": READERS,
    "POST /directory/proposals/{proposal_id}/approve": REVIEWERS,
    "POST /directory/proposals/{proposal_id}/refuse": REVIEWERS,
}


def _service(cast: Cast) -> ServiceAtLocation:
    place = make_place("shop", 100, 10, name="演示·晨光菜店", category="vegetables", community_id=cast.community.id)
    keeping.keep([place], source="seed", area=None)
    return ServiceAtLocation.objects.select_related("service").get(service__external_id="shop")


def _keeper(cast: Cast, at: ServiceAtLocation) -> Member:
    """Somebody beside the cast who acts for the shop's organization."""
    organization = Organization.objects.create(name="演示公司")
    at.service.organization = organization
    at.service.save()
    person = cast.add("keeper", "店主")
    Membership.objects.create(person=person.user, organization=organization)
    RoleGrant.objects.create(user=person.user, role=Role.PROVIDER, scope_kind="community", scope_id=cast.community.id)
    return person


def _checked(cast: Cast, **told: Any) -> Call:
    content = "名称,类别,经度,纬度,坐标系\n演示·甲,蔬菜零售,116.46,39.908,wgs84\n".encode()
    made: Sheet = sheets.take(SYSTEM, file=io.BytesIO(content), name="a.csv", queue=False)
    return Call(path={"sheet_id": sheets.check(made).id}, **told)


def _correction(cast: Cast, body: Any) -> Call:
    made: Correction = corrections.report(cast.neighbour.actor, service_id=_service(cast).service_id, kind="closed")
    return Call(path={"correction_id": made.id}, body=body)


def _application(cast: Cast, who: Member, body: Any = None) -> Call:
    made = providers.apply_for(
        who.actor, name="演示·和顺家政", category="housekeeping", phone="010-65551234", community_id=cast.community.id
    )
    return Call(path={"application_id": made.id}, body=body)


def _proposal(cast: Cast, body: Any = None) -> Call:
    at = _service(cast)
    made: Proposal = proposals.propose(
        _keeper(cast, at).actor, service_id=at.service_id, wanted={"phone": "010-65558888"}
    )
    return Call(path={"proposal_id": made.id}, body=body)


def _membership(cast: Cast) -> Call:
    keeper = _keeper(cast, _service(cast))
    return Call(path={"membership_id": Membership.objects.get(person=keeper.user).id})


def _photo(cast: Cast) -> Call:
    return Call(path={"photo_id": pictures.add(cast.wang.actor, file=drawn()).id})


def _upload(content: bytes) -> Call:
    return Call(options={"data": {"file": Drawn(content)}})


CALLS = {
    "POST /directory/imports": lambda cast: _upload(b"name\n"),
    "GET /directory/imports/{sheet_id}": _checked,
    "GET /directory/imports/{sheet_id}/report": _checked,
    "GET /directory/imports/{sheet_id}/report.csv": _checked,
    "POST /directory/imports/{sheet_id}/apply": lambda cast: _checked(cast, body={}),
    "POST /directory/imports/{sheet_id}/withdraw": _checked,
    "POST /directory/osm-imports": lambda cast: Call(body={"file": "nothing.osm.pbf"}),
    "POST /directory/photos": lambda cast: Call(options={"data": {"file": Drawn(drawn().getvalue())}}),
    "GET /directory/photos/{photo_id}": _photo,
    "POST /services/{service_id}/corrections": lambda cast: Call(
        path={"service_id": _service(cast).service_id}, body={"kind": "closed"}
    ),
    "POST /directory/corrections/{correction_id}/apply": lambda cast: _correction(cast, {}),
    "POST /directory/corrections/{correction_id}/dismiss": lambda cast: _correction(cast, {"reason": "还开着"}),
    "POST /providers/applications": lambda cast: Call(
        body={"name": "演示·乙", "category": "repair", "phone": "010-65551234", "community_id": str(cast.community.id)}
    ),
    "POST /providers/applications/{application_id}/withdraw": lambda cast: _application(cast, cast.wang),
    "POST /directory/applications/{application_id}/approve": lambda cast: _application(cast, cast.neighbour),
    "POST /directory/applications/{application_id}/refuse": lambda cast: _application(
        cast, cast.neighbour, {"reason": "资料不全"}
    ),
    "POST /providers/members/{membership_id}/end": _membership,
    "POST /providers/proposals": lambda cast: Call(
        body={"service_id": str(_service(cast).service_id), "wanted": {"phone": "010-65558888"}}
    ),
    "POST /providers/proposals/{proposal_id}/withdraw": _proposal,
    "POST /directory/proposals/{proposal_id}/approve": _proposal,
    "POST /directory/proposals/{proposal_id}/refuse": lambda cast: _proposal(cast, {"reason": "请核对"}),
}
