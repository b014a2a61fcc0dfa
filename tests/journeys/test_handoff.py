"""A report that smells of gas: the ticket and the incident, both or both later, each once."""

import pytest

from backend.core import handoff
from backend.core.handoff import Handoff
from backend.emergency import ladder
from backend.emergency.models import Incident
from backend.journeys import danger
from backend.people.profile import set_contacts
from backend.tickets import actions
from backend.tickets.models import Ticket
from notifications.notice import Notice

GAS = {"category": "home-gas", "text": "厨房有味", "answers": {"smell": "yes"}}


def test_a_smell_of_gas_reaches_the_emergency_desk(cast):
    ticket = actions.report(cast.wang.actor, **GAS)
    assert ticket.danger == "gas"
    assert not Incident.objects.exists()
    assert Handoff.objects.filter(kind="ticket.dangerous").count() == 1
    handoff.loop.drain()
    incident = Incident.objects.get()
    assert (incident.kind, incident.priority, incident.state) == ("gas", "P1", "open")
    assert (incident.person_id, incident.home_id) == (cast.wang.id, cast.home.id)
    assert incident.community_id == cast.community.id
    assert Notice.objects.filter(person_id=cast.wang.id, topic="ticket.danger").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_kill_between_the_two_verbs_ends_with_both_once(cast, monkeypatch):
    """Killed before the second verb: the row is due. Killed after it, before the row is done: it runs again, to no effect."""
    actions.report(cast.wang.actor, **GAS)
    raised = danger.raise_incident

    def killed_after(data, key):
        raised(data, key)
        raise SystemError("killed")

    monkeypatch.setitem(handoff._followers, "ticket.dangerous", killed_after)
    handoff.loop.drain()
    assert (Ticket.objects.count(), Incident.objects.count()) == (1, 1)
    dangers = Handoff.objects.filter(kind="ticket.dangerous")
    assert dangers.get().due_at is not None

    monkeypatch.setitem(handoff._followers, "ticket.dangerous", raised)
    dangers.update(due_at=dangers.get().created_at)
    handoff.loop.drain()
    handoff.loop.drain()
    assert (Ticket.objects.count(), Incident.objects.count()) == (1, 1)
    assert Incident.objects.get().signal_count == 1


def test_an_ordinary_report_raises_nothing(cast):
    actions.report(cast.wang.actor, category="home-water", text="漏水")
    handoff.loop.drain()
    assert not Handoff.objects.filter(kind="ticket.dangerous").exists()
    assert not Incident.objects.exists()


def test_somebody_in_the_lift_is_an_entrapment_of_the_building(cast):
    said = {"category": "lift", "text": "停在三层", "answers": {"trapped": "yes"}, "building_id": cast.building.id}
    actions.report(cast.neighbour.actor, **said)
    handoff.loop.drain()
    incident = Incident.objects.get()
    assert (incident.kind, incident.priority) == ("entrapment", "P1")
    assert incident.community_id == cast.community.id


def test_a_second_report_is_a_second_incident(cast):
    for _ in range(2):
        actions.report(cast.wang.actor, **GAS)
    handoff.loop.drain()
    assert Incident.objects.count() == 2


def test_of_a_witness_outside_the_home_nobody_is_told_that_they_called_for_help(cast):
    set_contacts(cast.wang.actor, contacts=[{"name": "女儿", "phone": "13800138001", "relation": "女儿"}])
    actions.report(cast.wang.actor, category="gas-smell", text="楼道里有煤气味", building_id=cast.building.id)
    actions.report(cast.wang.actor, **GAS)
    handoff.loop.drain()
    outside, home = Incident.objects.filter(home=None).get(), Incident.objects.exclude(home=None).get()
    assert ladder.contacts(outside) == {}
    assert len(ladder.contacts(home)) == 1
