"""Silence: the ladder goes on by rows in the database, and never ends."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from backend.core import vault
from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.emergency import actions
from backend.emergency.loops import WORKER, escalation
from backend.emergency.models import EscalationPolicy, Incident
from backend.people.models import Duty, EmergencyContact
from backend.people.reading import CONTACT
from notifications import addresses, sms
from notifications.deliveries import Delivery
from notifications.notice import Notice
from notifications.presence import PresenceLease
from tests.cast import Cast
from tests.emergency.builders import make_device, raise_alarm, sit_down

pytestmark = pytest.mark.django_db
SECONDS = timedelta(seconds=1)


@pytest.fixture
def desk(cast: Cast) -> Cast:
    """The community's and the subdistrict's dispatchers are at their screens; 王奶奶 has a contact."""
    sit_down(cast.dispatcher, cast.community.id, seconds=3600)
    sit_down(cast.second_dispatcher, cast.subdistrict.id, seconds=3600)
    address = addresses.add(cast.wang.id, "sms", "+8613900009999", is_own=False)
    name = vault.seal(cast.wang.id, CONTACT, "女儿")
    EmergencyContact.objects.create(user=cast.wang.user, position=1, name_sealed=name, address_id=address.id)
    return cast


def told(topic: str = "incident.waiting") -> list[UUID]:
    return list(Notice.objects.filter(topic=topic).order_by("created_at").values_list("person_id", flat=True))


def texted() -> int:
    return Delivery.objects.filter(topic="incident.contact", channel="sms").count()


def test_silence_climbs_to_the_second_group_then_to_the_contacts_then_begins_again(desk: Cast, moved_clock) -> None:
    raise_alarm(desk.wang)
    assert told() == [desk.dispatcher.id]
    assert escalation.drain() == 0
    with moved_clock(31 * SECONDS):
        assert escalation.drain() == 1
        assert told()[1:] == [desk.second_dispatcher.id, desk.district_dispatcher.id]
        assert texted() == 0
    with moved_clock(62 * SECONDS):
        assert escalation.drain() == 1
        assert texted() == 1
        text = Delivery.objects.get(topic="incident.contact")
        assert "王奶奶" not in str(text.params)
        assert "王奶奶" in sms.opened(text)[1]
    with moved_clock(123 * SECONDS):
        assert escalation.drain() == 1
        assert told()[3:] == [desk.dispatcher.id]
    incident = Incident.objects.get()
    assert (incident.state, incident.step) == ("open", 3)
    assert incident.due_at is not None


def test_it_never_ends_silently(desk: Cast, moved_clock) -> None:
    raise_alarm(desk.wang)
    for hour in range(1, 13):
        with moved_clock(timedelta(hours=hour)):
            assert escalation.drain(rounds=1) == 1
    assert Incident.objects.get().step == 12
    assert Incident.objects.get().due_at is not None


def test_a_desk_without_anyone_is_left_at_once(desk: Cast) -> None:
    PresenceLease.objects.all().delete()
    raise_alarm(desk.wang)
    assert escalation.drain() == 2
    incident = Incident.objects.get()
    assert (incident.step, texted()) == (2, 1)
    assert incident.due_at > now() + 30 * SECONDS


def test_a_desk_that_is_present_is_given_its_seconds(desk: Cast) -> None:
    raise_alarm(desk.wang)
    wait = Incident.objects.get().due_at - now()
    assert 25 * SECONDS < wait <= 30 * SECONDS


def test_only_those_on_duty_are_called_first_and_the_others_with_the_second_group(desk: Cast, moved_clock) -> None:
    from backend.people.models import RoleGrant

    other = desk.add("other", "另一位")
    RoleGrant.objects.create(user=other.user, role="dispatcher", scope_kind="community", scope_id=desk.community.id)
    Duty.objects.create(user=other.user, division=desk.community)
    raise_alarm(desk.wang)
    assert told() == [other.id]
    with moved_clock(31 * SECONDS):
        escalation.drain()
    assert set(told()[1:]) == {desk.second_dispatcher.id, desk.district_dispatcher.id, desk.dispatcher.id}


def test_one_who_cannot_be_told_does_not_cost_the_call(desk: Cast) -> None:
    EmergencyContact.objects.update(address_id=desk.wang.id)
    PresenceLease.objects.all().delete()
    vault.destroy(desk.dispatcher.id)
    raise_alarm(desk.wang)
    assert escalation.drain() == 2
    assert Incident.objects.get().step == 2
    assert AuditRow.objects.filter(event="incident.not_told").exists()


def test_a_step_is_fenced_by_its_number(desk: Cast) -> None:
    incident = raise_alarm(desk.wang)
    actions.escalate(WORKER, incident_id=incident.id, step=0)
    actions.escalate(WORKER, incident_id=incident.id, step=0)
    assert Incident.objects.get().step == 1
    assert len(told()) == 3


def test_a_taken_incident_climbs_no_more(desk: Cast, moved_clock) -> None:
    incident = raise_alarm(desk.wang)
    actions.acknowledge(desk.dispatcher.actor, incident_id=incident.id)
    actions.escalate(WORKER, incident_id=incident.id, step=0)
    with moved_clock(40 * SECONDS):
        assert escalation.drain() == 0
    assert Incident.objects.get().step == 0
    assert len(told()) == 1


def test_a_worker_killed_in_the_middle_of_a_step_loses_nothing(desk: Cast, moved_clock) -> None:
    raise_alarm(desk.wang)
    with moved_clock(31 * SECONDS):
        assert len(escalation.claim()) == 1
        assert escalation.claim() == []
    with moved_clock(60 * SECONDS):
        assert escalation.drain() == 1
    assert Incident.objects.get().step == 1


def test_an_owner_who_is_gone_for_a_minute_without_an_act_loses_it(desk: Cast, moved_clock) -> None:
    incident = raise_alarm(desk.wang)
    actions.acknowledge(desk.dispatcher.actor, incident_id=incident.id)
    sit_down(desk.dispatcher, desk.community.id, seconds=20)
    with moved_clock(61 * SECONDS):
        assert escalation.drain() == 1
        assert Incident.objects.get().state == "acknowledged"
    with moved_clock(81 * SECONDS):
        assert escalation.drain() >= 1
    incident.refresh_from_db()
    assert (incident.state, incident.owner_id) == ("open", None)
    assert incident.step > 0


def test_an_owner_who_is_there_keeps_it_and_one_who_acted_too(desk: Cast, moved_clock) -> None:
    incident = raise_alarm(desk.wang)
    actions.acknowledge(desk.dispatcher.actor, incident_id=incident.id)
    with moved_clock(600 * SECONDS):
        escalation.drain()
        assert Incident.objects.get().state == "acknowledged"
    PresenceLease.objects.all().delete()
    actions.note(desk.dispatcher.actor, incident_id=incident.id, text="正在联系")
    with moved_clock(timedelta(minutes=29)):
        assert escalation.drain() == 0
    assert Incident.objects.get().state == "in_progress"


def test_who_works_on_it_and_leaves_for_half_an_hour_loses_it_and_the_ladder_goes_on(desk: Cast, moved_clock) -> None:
    incident = raise_alarm(desk.wang)
    actions.acknowledge(desk.dispatcher.actor, incident_id=incident.id)
    actions.note(desk.dispatcher.actor, incident_id=incident.id, text="正在联系")
    sit_down(desk.dispatcher, desk.community.id, seconds=600)
    with moved_clock(timedelta(minutes=31)):
        assert escalation.drain(rounds=1) == 1
        assert Incident.objects.get().state == "in_progress"
    with moved_clock(timedelta(minutes=41)):
        assert escalation.drain() >= 1
    incident.refresh_from_db()
    assert (incident.state, incident.owner_id) == ("open", None)
    assert incident.due_at is not None
    assert incident.step > 0


def test_a_suspended_dispatcher_staffs_no_desk(cast: Cast) -> None:
    cast.dispatcher.user.state = "suspended"
    cast.dispatcher.user.save(update_fields=["state"])
    incident = raise_alarm(cast.wang)
    assert incident.division_id == cast.subdistrict.id
    assert cast.dispatcher.id not in told()


def test_a_device_fault_at_night_wakes_no_contact(desk: Cast, moved_clock) -> None:
    from backend.emergency.actions import receive_unsigned

    PresenceLease.objects.all().delete()
    device = make_device(desk)
    receive_unsigned(WORKER, protocol="https", raw=b"x", sender="x", device_id=device.id)
    assert escalation.drain() == 0
    for hour in (2, 8, 12):
        with moved_clock(timedelta(hours=hour)):
            escalation.drain(rounds=1)
    assert texted() == 0


def test_a_policy_of_the_subdistrict_replaces_the_default_and_later_edits_do_not_bend_it(desk: Cast) -> None:
    steps = [{"target": "contacts", "wait": 5}]
    policy = EscalationPolicy.objects.create(division=desk.subdistrict, priority="P1", steps=steps)
    raise_alarm(desk.wang)
    assert texted() == 1
    policy.delete()
    assert Incident.objects.get().policy["steps"] == steps
    EscalationPolicy.objects.create(division=desk.community, priority="P1", steps=[{"target": "moon", "wait": 0}])
    raise_alarm(desk.neighbour)
    assert Incident.objects.latest("id").policy["steps"][0]["target"] == "desk"


def test_contacts_are_not_texted_for_ever_but_dispatchers_are_called_for_ever(desk: Cast, moved_clock) -> None:
    raise_alarm(desk.wang)
    for minute in range(1, 40):
        with moved_clock(timedelta(minutes=5 * minute)):
            escalation.drain(rounds=1)
    assert Incident.objects.get().step == 39
    assert texted() == 4
    assert len(told()) > 30


@pytest.mark.parametrize(
    "broken",
    [
        {"due_at": None},
        {"state": "acknowledged"},
        {"state": "resolved"},
        {"disposition": "real"},
        {"kind": "party"},
        {"priority": "P9"},
        {"state": "gone"},
    ],
)
def test_the_database_repeats_the_rules(desk: Cast, broken) -> None:
    raise_alarm(desk.wang)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.update(**broken)


def test_the_database_allows_one_unresolved_incident_a_person_and_kind(desk: Cast) -> None:
    incident = raise_alarm(desk.wang)
    incident.pk, incident.number, incident._state.adding = desk.wang.id, 1, True
    with pytest.raises(IntegrityError), transaction.atomic():
        incident.save(force_insert=True)
