"""An offer of what the desk enrolled never touches a living account: stale ones end, and what is bound to the person follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.clock import now
from backend.core.vault import PersonKey
from backend.core.verb import verb
from backend.emergency import actions
from backend.emergency.models import Incident
from backend.people import phones
from backend.people.actor import Actor
from backend.people.models import HomeInvitation, PhoneChange, User
from backend.people.phone_change import detach, give
from tests.cast import Cast, Http
from tests.emergency.builders import make_device, send

pytestmark = pytest.mark.django_db
NEW = phones.normalise("13700001111")


def enrolled(cast: Cast) -> User:
    """Enrolled at the desk with the outsider's phone."""
    body = {"name": "赵奶奶", "home_id": str(cast.home.id), "relation": "family", "witnessed": True}
    made = Http(cast.manager).post("/people", body | {"phone": cast.outsider.phone})
    assert made.status_code == 201, made.content
    return User.objects.get(id=made.json()["id"])


def offer() -> HomeInvitation:
    return HomeInvitation.objects.get(kind="enrolment")


def accept(cast: Cast) -> Any:
    return Http(cast.outsider).post(f"/me/homes/{offer().id}/accept")


@verb("test.give")
def given(actor: Actor, *, user_id: UUID, number: str) -> None:
    give(User.objects.select_for_update().get(id=user_id), number)


@verb("test.detach")
def detached(actor: Actor, *, user_id: UUID) -> None:
    detach(User.objects.select_for_update().get(id=user_id), why="phone-moved")


def is_alive(user: User) -> bool:
    return (
        User.objects.get(id=user.id).state == "active" and PersonKey.objects.get(owner_id=user.id).wrapped is not None
    )


def test_a_phone_of_their_own_ends_the_offer(cast: Cast) -> None:
    person = enrolled(cast)
    given(Actor.system("test"), user_id=person.id, number=NEW)
    row = offer()
    assert (row.state, row.ended_at is not None) == ("ended", True)
    assert accept(cast).status_code == 409
    assert is_alive(person)


@pytest.mark.parametrize("change", [{"phone_blind": phones.blind(NEW)}, {"staff_name": "zhao"}, {"state": "suspended"}])
def test_whoever_has_a_login_or_is_no_more_is_not_joined(cast: Cast, change: dict[str, Any]) -> None:
    person = enrolled(cast)
    User.objects.filter(id=person.id).update(**change)
    assert accept(cast).status_code == 404
    assert PersonKey.objects.get(owner_id=person.id).wrapped is not None
    assert User.objects.get(id=person.id).state != "erased"


def test_nobody_is_joined_with_themselves(cast: Cast) -> None:
    person = enrolled(cast)
    detached(Actor.system("test"), user_id=cast.outsider.id)
    User.objects.filter(id=person.id).update(phone_blind=phones.blind(cast.outsider.phone))
    session = cast.outsider.session
    session.user = person
    session.revoked_at = None
    session.save()
    cast.outsider.user = person
    assert accept(cast).status_code == 404
    assert is_alive(person)


def test_an_open_call_for_help_is_answered_before_the_two_are_one(cast: Cast) -> None:
    person = enrolled(cast)
    device = make_device(cast, user=person)
    assert send_sos("1").status_code == 202
    refused = accept(cast)
    assert (refused.status_code, refused.json()["code"]) == (409, "join-later")
    assert is_alive(person)
    incident = Incident.objects.get(person=person)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    actions.resolve(cast.dispatcher.actor, incident_id=incident.id, disposition="test", text="试按")
    assert accept(cast).status_code == 200
    device.refresh_from_db()
    assert device.user_id == cast.outsider.id
    assert send_sos("2").status_code == 202
    assert Incident.objects.unresolved().get().person_id == cast.outsider.id


def send_sos(event: str) -> Any:
    return send(Http(None), {"event_id": event, "kind": "sos", "at": now().isoformat()})


def test_a_change_of_phone_that_waits_ends_with_the_record(cast: Cast) -> None:
    person = enrolled(cast)
    made = PhoneChange.objects.create(
        user=person,
        phone_blind=phones.blind(NEW),
        phone_sealed=b"x",
        reason_sealed=b"x",
        asked_by_id=cast.manager.id,
        due_at=now() + timedelta(days=1),
    )
    assert accept(cast).status_code == 200
    made.refresh_from_db()
    assert (made.state, made.due_at) == ("refused", None)
