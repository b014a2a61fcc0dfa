"""Kiosks and partner systems: keys, scopes, change of keys, revocation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.app import api
from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.core.errors import Forbidden, NotFound, TooMany
from backend.people import client_keeping as keeping
from backend.people import clients
from backend.people.actor import ReauthenticationRequired
from backend.people.models import ClientKey, RoleGrant
from backend.people.roles import ClientScope, Role
from tests.cast import Cast, Http, Member
from tests.permissions.matrix_clients import make_client

pytestmark = pytest.mark.django_db


def holder(made: keeping.NewKey, secret: str | None = None) -> Http:
    return Http(None, Authorization=f"Key {made.key.key_id}.{made.secret if secret is None else secret}")


@pytest.fixture
def made(cast: Cast) -> keeping.NewKey:
    return make_client(cast)


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "name": "终端",
        "kind": "kiosk",
        "scope_kind": "compound",
        "scope_id": str(cast.compound.id),
        "scopes": ["circle:read"],
    } | more


def test_the_secret_is_shown_once_and_kept_as_a_hash(cast: Cast) -> None:
    http = Http(cast.admin)
    answer = http.post("/clients", body(cast))
    assert answer.status_code == 201, answer.content
    secret = answer.json()["secret"]
    assert answer.json()["authorization"] == f"Key {answer.json()['key_id']}.{secret}"
    assert len(secret) >= 43
    client_id = answer.json()["client"]["id"]
    assert secret not in http.get(f"/clients/{client_id}").content.decode()
    assert secret not in http.get("/clients").content.decode()
    assert secret.encode() not in bytes(ClientKey.objects.get().secret_hash)


def test_a_creation_with_its_own_id_can_be_repeated_but_not_taken_over(cast: Cast) -> None:
    chosen = str(uuid4())
    http = Http(cast.admin)
    first = http.post("/clients", body(cast, id=chosen))
    again = http.post("/clients", body(cast, id=chosen))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["secret"] is None
    RoleGrant.objects.create(
        user=cast.district_officer.user, role=Role.ADMIN, scope_kind="district", scope_id=cast.district.id
    )
    taken = Http(cast.district_officer).post("/clients", body(cast, id=chosen))
    assert (taken.status_code, taken.json()["code"]) == (409, "id-taken")


def test_a_key_opens_what_its_scope_names_and_nothing_else(cast: Cast, made: keeping.NewKey) -> None:
    kiosk = holder(made)
    assert kiosk.get(f"/circle?lon={cast.compound.lon}&lat={cast.compound.lat}").status_code == 200
    assert kiosk.get(f"/buildings/{cast.building.id}/homes").status_code == 403
    places = keeping.make_client(
        cast.admin.actor,
        name="合作方",
        kind="partner",
        scope_kind="company",
        scope_id=cast.company.id,
        scopes=[ClientScope.PLACES_READ],
    )
    assert holder(places).get(f"/buildings/{cast.building.id}/homes").status_code == 200
    assert holder(places).get("/circle?lon=116.4617&lat=39.9085").status_code == 403


def test_a_client_is_not_a_person_whatever_it_asks_for(made: keeping.NewKey) -> None:
    kiosk = holder(made)
    document = api.get_openapi_schema()
    open_to_it = {"/api/v1/circle", "/api/v1/circle/area"}
    seen = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "security" in operation and path not in open_to_it:
                address = path
                for part in [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]:
                    address = address.replace(f"{{{part}}}", str(uuid4()))
                seen[f"{method} {path}"] = kiosk.request(method, address).status_code
    assert len(seen) > 40
    assert {name: status for name, status in seen.items() if status != 403} == {}


@pytest.mark.parametrize(
    "credential",
    ["", ".", "none.none", "ck_000000000000000000.x", "\ud800.x", "ck_0.\ud800", "a" * 5000],
    ids=["nothing", "dot", "unknown", "well formed", "no text", "secret no text", "long"],
)
def test_a_key_that_nobody_has_proves_nothing(cast: Cast, credential: str) -> None:
    assert clients.client_actor(credential) is None


def test_a_wrong_secret_is_401_in_the_same_words_as_an_unknown_key(cast: Cast, made: keeping.NewKey) -> None:
    wrong, unknown = holder(made, "no"), Http(None, Authorization="Key ck_unknown.no")
    answers = [http.get("/circle?lon=116.4617&lat=39.9085") for http in (wrong, unknown)]
    assert [answer.status_code for answer in answers] == [401, 401]
    first, second = (answer.json() | {"request_id": ""} for answer in answers)
    assert first == second


def test_a_wrong_secret_takes_the_same_work_as_an_unknown_key(
    cast: Cast, made: keeping.NewKey, django_assert_num_queries: Any
) -> None:
    for credential in (f"{made.key.key_id}.no", "ck_unknown.no"):
        with django_assert_num_queries(5):  # savepoint, who reads, the key, who read before, release
            assert clients.client_actor(credential) is None


def test_the_last_use_is_noted_once_a_minute(cast: Cast, made: keeping.NewKey, moved_clock: Any) -> None:
    credential = f"{made.key.key_id}.{made.secret}"
    clients.client_actor(credential)
    first = ClientKey.objects.get().last_used_at
    clients.client_actor(credential)
    assert ClientKey.objects.get().last_used_at == first
    with moved_clock(timedelta(minutes=2)):
        clients.client_actor(credential)
    assert ClientKey.objects.get().last_used_at > first
    shown = Http(cast.admin).get(f"/clients/{made.client.id}").json()
    assert shown["last_used_at"] == shown["keys"][0]["last_used_at"] is not None


def test_a_key_is_limited_by_itself(
    cast: Cast, made: keeping.NewKey, monkeypatch: pytest.MonkeyPatch, moved_clock: Any
) -> None:
    monkeypatch.setattr(clients, "PER_MINUTE", 3)
    credential = f"{made.key.key_id}.{made.secret}"
    with moved_clock(timedelta(seconds=61 - now().second)):  # the window's beginning, so that it does not end meanwhile
        for _ in range(3):
            assert clients.client_actor(credential) is not None
        with pytest.raises(TooMany):
            clients.client_actor(credential)
        assert holder(made).get("/circle?lon=116.4617&lat=39.9085").status_code == 429
        assert clients.client_actor(f"{make_client(cast).key.key_id}.no") is None


def test_two_keys_live_at_once_the_older_with_an_end(cast: Cast, made: keeping.NewKey, moved_clock: Any) -> None:
    http = Http(cast.admin)
    answer = http.post(f"/clients/{made.client.id}/keys", {"overlap_hours": 48})
    assert answer.status_code == 201, answer.content
    old, new = answer.json()["client"]["keys"]
    assert (old["state"], new["state"], new["expires_at"]) == ("live", "live", None)
    third = http.post(f"/clients/{made.client.id}/keys")
    assert (third.status_code, third.json()["code"]) == (409, "two-keys-live")
    credential = f"{made.key.key_id}.{made.secret}"
    with moved_clock(timedelta(hours=47)):
        assert clients.client_actor(credential) is not None
    with moved_clock(timedelta(hours=49)):
        assert clients.client_actor(credential) is None
        assert clients.client_actor(answer.json()["authorization"].removeprefix("Key ")) is not None
        keeping.make_key(fresh(cast.admin), client_id=made.client.id, overlap=timedelta())
        assert clients.client_actor(answer.json()["authorization"].removeprefix("Key ")) is None


def fresh(member: Member) -> Any:
    type(member.session).objects.filter(id=member.session.id).update(authenticated_at=now())
    member._session = type(member.session).objects.get(id=member.session.id)
    return member.actor


@pytest.mark.parametrize("hours", [-1, 721])
def test_the_older_key_lives_at_most_thirty_days_more(cast: Cast, made: keeping.NewKey, hours: int) -> None:
    assert Http(cast.admin).post(f"/clients/{made.client.id}/keys", {"overlap_hours": hours}).status_code == 422


def test_an_ended_key_and_a_revoked_client_open_nothing(cast: Cast, made: keeping.NewKey) -> None:
    http = Http(cast.admin)
    second = keeping.make_key(cast.admin.actor, client_id=made.client.id, overlap=timedelta(days=1))
    assert http.delete(f"/clients/{made.client.id}/keys/{made.key.key_id}").status_code == 204
    assert clients.client_actor(f"{made.key.key_id}.{made.secret}") is None
    assert clients.client_actor(f"{second.key.key_id}.{second.secret}") is not None
    assert http.delete(f"/clients/{made.client.id}").status_code == 204
    assert clients.client_actor(f"{second.key.key_id}.{second.secret}") is None
    refused = http.post(f"/clients/{made.client.id}/keys")
    assert (refused.status_code, refused.json()["code"]) == (409, "client-revoked")
    assert [key["state"] for key in http.get(f"/clients/{made.client.id}").json()["keys"]] == ["revoked", "revoked"]
    assert http.delete(f"/clients/{made.client.id}/keys/none").status_code == 404


def test_an_administrator_of_one_subdistrict_keeps_its_clients_only(cast: Cast, made: keeping.NewKey) -> None:
    here, elsewhere = cast.add("here", "甲"), cast.add("elsewhere", "乙")
    for member, scope in ((here, cast.subdistrict), (elsewhere, cast.other_subdistrict)):
        RoleGrant.objects.create(user=member.user, role=Role.ADMIN, scope_kind="subdistrict", scope_id=scope.id)
    assert [len(Http(member).get("/clients").json()["items"]) for member in (here, elsewhere)] == [1, 0]
    assert Http(elsewhere).get(f"/clients/{made.client.id}").status_code == 404
    with pytest.raises(NotFound):
        keeping.revoke_client(elsewhere.actor, client_id=made.client.id)
    with pytest.raises(Forbidden):
        keeping.make_client(
            elsewhere.actor,
            name="x",
            kind="kiosk",
            scope_kind="compound",
            scope_id=cast.compound.id,
            scopes=[ClientScope.CIRCLE_READ],
        )
    assert Http(here).post("/clients", body(cast)).status_code == 201


def test_keys_are_made_with_a_fresh_proof_only(cast: Cast, made: keeping.NewKey, moved_clock: Any) -> None:
    _ = cast.admin.session
    with moved_clock(timedelta(minutes=16)):
        with pytest.raises(ReauthenticationRequired):
            keeping.make_key(cast.admin.actor, client_id=made.client.id, overlap=timedelta())
        with pytest.raises(ReauthenticationRequired):
            keeping.revoke_client(cast.admin.actor, client_id=made.client.id)


def test_every_change_is_in_the_audit(cast: Cast, made: keeping.NewKey) -> None:
    keeping.make_key(cast.admin.actor, client_id=made.client.id, overlap=timedelta(days=1))
    keeping.end_key(cast.admin.actor, client_id=made.client.id, key_id=made.key.key_id)
    keeping.revoke_client(cast.admin.actor, client_id=made.client.id)
    rows = AuditRow.objects.filter(object_id=made.client.id).order_by("id")
    assert [row.event for row in rows] == ["client.made", "client.key_made", "client.key_ended", "client.revoked"]
    assert {row.actor_id for row in rows} == {cast.admin.id}
    assert made.secret not in str([row.data for row in rows])


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_who_make_a_key_at_once_one_does(cast: Cast, barrier: Any) -> None:
    made = make_client(cast)
    actor = cast.admin.actor

    def one_more(_: int) -> keeping.NewKey:
        return keeping.make_key(actor, client_id=made.client.id, overlap=timedelta(days=1))

    results = barrier(100, one_more)
    assert sum(isinstance(result, keeping.NewKey) for result in results) == 1
    assert sum(isinstance(result, keeping.TwoKeysLive) for result in results) == 99
    assert ClientKey.objects.filter(clients.live(now()), client=made.client).count() == 2
