"""`Acting-For`: a delegate does what they were given power for, in the person's name, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.emergency import actions as emergency
from backend.emergency.models import Incident
from backend.people import delegations
from backend.people.acting import NotADelegate, standing_in, with_powers
from backend.people.actor import Actor
from backend.people.models import RoleGrant, Session, User
from backend.people.roles import Can, Power
from notifications.models import Notice
from payments.models import Payment
from tests.cast import Cast, Http
from tests.payments import books
from tests.payments.conftest import sandbox, sandbox_process  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def give(cast: Cast, *powers: str, days: int = 30, delegate: str = "outsider") -> Any:
    until = now() + timedelta(days=days)
    return delegations.give(
        cast.wang.actor, person_id=cast.wang.id, powers=powers, until=until, delegate=cast[delegate].id
    )


def acting(cast: Cast, who: str = "outsider", whom: str = "wang") -> Http:
    return Http(cast[who], **{"Acting-For": str(cast[whom].id)})


CALLS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "pay": ("get", "/bills", None),
    "report": ("get", "/tickets?mine=true", None),
    "see_alarms": ("get", "/emergency/incidents", None),
}


@pytest.mark.parametrize("power", [p.value for p in Power])
def test_a_power_opens_its_own_operations_alone(cast: Cast, power: str) -> None:
    give(cast, power)
    http = acting(cast)
    for name, (method, path, body) in CALLS.items():
        answer = http.request(method, path, body)
        assert answer.status_code == (200 if name == power else 403), (name, answer.content)
        if name != power:
            assert answer.json()["code"] == "not-a-delegate"
    circle = http.get(f"/circle?home_id={cast.home.id}")
    assert (circle.status_code == 403) == (power != "book"), circle.content
    for path in ("/me", "/me/homes", "/me/delegations", "/inbox", "/auth/sessions", "/claims"):
        assert http.get(path).status_code == 403, path


def test_a_delegate_pays_the_persons_bills_and_both_are_written_down(cast: Cast, sandbox: Any) -> None:  # noqa: F811
    bill = books.electricity(cast.home)
    other = books.electricity(cast.other_home)
    give(cast, "pay")
    http = acting(cast)
    assert [one["id"] for one in http.get("/bills").json()["items"]] == [str(bill.pk)]
    assert http.get(f"/bills/{other.pk}").status_code == 404
    body = {"bill_ids": [str(bill.pk)], "method": "card", "payment_method_id": "pm_card_visa"}
    paid = http.post("/payments", body, headers={"Idempotency-Key": uuid4().hex})
    assert (paid.status_code, paid.json()["state"]) == (201, "paid"), paid.content
    assert Payment.objects.get().payer_id == cast.wang.id
    assert Http(cast.wang).get(f"/payments/{paid.json()['id']}").status_code == 200
    assert Http(cast.outsider).get(f"/payments/{paid.json()['id']}").status_code == 404
    mine = AuditRow.objects.filter(actor_kind="person", acting_for=cast.wang.id)
    assert {row.actor_id for row in mine} == {cast.outsider.id}
    assert any(row.event.startswith("payment") for row in mine)


def test_a_delegate_reports_in_the_persons_name(cast: Cast) -> None:
    give(cast, "report")
    body = {"category": "home-water", "text": "水管漏水", "home_id": str(cast.home.id)}
    made = acting(cast).post("/tickets", body)
    assert made.status_code == 201, made.content
    assert Http(cast.wang).get(f"/tickets/{made.json()['id']}").status_code == 200
    assert Http(cast.outsider).get(f"/tickets/{made.json()['id']}").status_code == 404
    (row,) = AuditRow.objects.filter(event="ticket.reported")
    assert (row.actor_id, row.acting_for) == (cast.outsider.id, cast.wang.id)


def test_a_delegate_who_may_see_alarms_is_told_and_sees_them(cast: Cast) -> None:
    give(cast, "see_alarms")
    give(cast, "pay", delegate="neighbour")
    incident = emergency.raise_alarm(cast.wang.actor, id=uuid7(), kind="sos").incident
    told = Notice.objects.filter(topic="incident.delegate")
    assert [(n.person_id, n.urgency) for n in told] == [(cast.outsider.id, "emergency")]
    assert acting(cast).get(f"/emergency/incidents/{incident.id}").status_code == 200
    assert Http(cast.outsider).get(f"/emergency/incidents/{incident.id}").status_code == 404
    emergency.raise_alarm(cast.wang.actor, id=uuid7(), kind="sos")
    assert told.count() == 1


def test_an_ended_power_is_told_nothing(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    row = give(cast, "see_alarms")
    delegations.revoke(cast.wang.actor, person_id=cast.wang.id, delegation_id=row.id)
    emergency.raise_alarm(cast.wang.actor, id=uuid7(), kind="sos")
    assert not Notice.objects.filter(topic="incident.delegate").exists()


def test_it_ends_at_once_with_a_call_with_time_and_with_a_suspension(
    cast: Cast, moved_clock: Callable[..., Any]
) -> None:
    row = give(cast, "pay", days=1)
    http = acting(cast)
    assert http.get("/bills").status_code == 200
    User.objects.filter(id=cast.wang.id).update(state="suspended")
    assert http.get("/bills").status_code == 403
    User.objects.filter(id=cast.wang.id).update(state="active")
    User.objects.filter(id=cast.outsider.id).update(state="suspended")
    assert http.get("/bills").status_code == 401
    User.objects.filter(id=cast.outsider.id).update(state="active")
    with moved_clock(timedelta(days=1)), pytest.raises(NotADelegate):
        standing_in(cast.outsider.actor, cast.wang.id, Power.PAY)
    assert http.get("/bills").status_code == 200
    assert Http(cast.wang).delete(f"/people/{cast.wang.id}/delegations/{row.id}").status_code == 204
    refused = http.get("/bills")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-a-delegate")


def test_a_delegates_own_roles_and_homes_never_come_along(cast: Cast) -> None:
    books.electricity(cast.other_home)
    RoleGrant.objects.create(user=cast.outsider.user, role="manager", scope_kind="company", scope_id=cast.company.id)
    give(cast, *[p.value for p in Power])
    stood: Actor = standing_in(cast.outsider.actor, cast.wang.id, Power.PAY)
    assert cast.outsider.actor.may(Can.TICKET_READ)
    assert not any(stood.may(can) for can in Can)
    assert stood.homes == {cast.home.id}
    assert (stood.person_id, stood.delegate_id, stood.doer_id) == (cast.wang.id, cast.outsider.id, cast.outsider.id)
    assert acting(cast).get("/bills").json()["items"] == []
    assert acting(cast).get("/claims").status_code == 403
    settings = stood.scope_settings()
    assert settings["yike.people_ids"] == settings["yike.people_all"] == ""


def test_a_delegate_gives_no_powers_and_acts_for_nobody_elses_person(cast: Cast) -> None:
    give(cast, *[p.value for p in Power])
    body = {"delegate": str(cast.neighbour.id), "powers": ["pay"], "until": (now() + timedelta(days=2)).isoformat()}
    assert acting(cast).post(f"/people/{cast.wang.id}/delegations", body).status_code == 403
    assert acting(cast).post("/me/delegations/revoke-all").status_code == 403
    assert acting(cast, "neighbour").get("/bills").status_code == 403
    assert acting(cast, whom="neighbour").get("/bills").status_code == 403
    nonsense = Http(cast.outsider, **{"Acting-For": "grandmother"})
    assert nonsense.get("/bills").status_code == 403


def test_an_unconsented_power_opens_nothing(cast: Cast) -> None:
    row = give(cast, "pay")
    delegations.Delegation.objects.filter(id=row.id).update(consented_at=None)
    assert acting(cast).get("/bills").status_code == 403


@pytest.mark.parametrize("how", ["limited", "suspended", "sos key"])
def test_only_a_whole_login_of_an_active_person_acts_for_another(cast: Cast, how: str) -> None:
    give(cast, "see_alarms")
    alarm = uuid7()
    emergency.raise_alarm(cast.wang.actor, id=alarm, kind="sos")
    header = f"Bearer {cast.outsider.token()}"
    if how == "limited":
        Session.objects.filter(id=cast.outsider.session.id).update(is_limited=True)
    elif how == "suspended":
        User.objects.filter(id=cast.outsider.id).update(state="suspended")
    else:
        header = f"SOS {cast.outsider.sos_key()}"
    http = Http(None, Authorization=header, **{"Acting-For": str(cast.wang.id)})
    for answer in (http.post(f"/emergency/alarms/{alarm}/cancel"), http.get(f"/emergency/alarms/{alarm}")):
        assert (answer.status_code, answer.json()["code"]) == (403, "not-a-delegate")
    incident = Incident.objects.get(person_id=cast.wang.id)
    assert (incident.priority, incident.cancelled_at) == ("P1", None)
    assert http.post("/emergency/alarms", {"id": str(uuid4()), "kind": "sos"}).status_code == 201
    assert Incident.objects.filter(person_id=cast.outsider.id).exists()
    actor = replace(cast.outsider.actor, is_limited=how == "limited", assurance="sos" if how == "sos key" else "otp")
    with pytest.raises(NotADelegate):
        with_powers(actor, cast.wang.id)
