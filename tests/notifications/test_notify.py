"""Telling a person: one notice, one event in their stream, and its deliveries, or nothing at all."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.verb import NotInAVerb, verb
from backend.people.actor import Actor
from notifications import addresses, notices, templates
from notifications.deliveries import Delivery
from notifications.notice import Notice
from notifications.streams import Stream, StreamEvent
from notifications.templates import UnknownTopic
from tests.cast import Cast
from tests.notifications.letters import TOPIC, tell, text

pytestmark = pytest.mark.django_db(transaction=True)


@verb("test.push", audited=False)
def with_push(actor: Actor, *, person_id: Any, token: str = "ok-1", device: str = "d") -> addresses.Address:
    return addresses.add(person_id, addresses.FCM, token, device_key=device, platform="android")


def test_a_notice_its_event_and_its_deliveries_are_one(cast: Cast) -> None:
    with_push(cast.wang.actor, person_id=cast.wang.id)
    notice = Notice.objects.get(id=tell(cast.wang.id).id)
    event = StreamEvent.objects.get(channel=f"person:{cast.wang.id}")
    assert (event.event, event.about, event.offset) == ("notice.created", "/api/v1/bills/1", 1)
    assert event.data == {"notice_id": str(notice.id), "topic": TOPIC, "urgency": "normal"}
    assert (notice.channel, notice.seq) == (event.channel, 1)
    assert sorted(Delivery.objects.values_list("channel", "state")) == [("fcm", "queued"), ("socket", "sent")]


def test_an_emergency_goes_by_sms_and_push_at_once(cast: Cast) -> None:
    with_push(cast.wang.actor, person_id=cast.wang.id)
    tell(cast.wang.id, urgency="emergency")
    assert sorted(Delivery.objects.values_list("channel", flat=True)) == ["fcm", "sms", "socket"]


def test_a_contacts_phone_is_texted_by_its_id_only(cast: Cast) -> None:
    @verb("test.contact", audited=False)
    def contact(actor: Actor) -> addresses.Address:
        return addresses.add(cast.wang.id, addresses.SMS, "13700000001", is_own=False)

    address = contact(cast.wang.actor)
    tell(cast.wang.id, urgency="emergency")
    assert address.id not in Delivery.objects.values_list("address_id", flat=True)
    assert text(address.id).address_id == address.id


def test_the_same_key_tells_once(cast: Cast) -> None:
    first = tell(cast.wang.id, key="bill:1:issued")
    assert tell(cast.wang.id, key="bill:1:issued").id == first.id
    assert tell(cast.neighbour.id, key="bill:1:issued").id != first.id
    assert Notice.objects.filter(person_id=cast.wang.id).count() == 1
    assert StreamEvent.objects.filter(channel=first.channel).count() == 1
    address = addresses.live(cast.wang.id, "sms").get()
    assert text(address.id, key="step:1").id == text(address.id, key="step:1").id


def test_a_hundred_threads_tell_once(cast: Cast, barrier: Any) -> None:
    results = barrier(100, lambda _: tell(cast.wang.id, key="once").id)
    assert len(set(results)) == 1
    assert Stream.objects.get(channel=f"person:{cast.wang.id}").last_offset == 1


def test_a_failed_verb_tells_nobody(cast: Cast) -> None:
    @verb("test.fails", audited=False)
    def fails(actor: Actor) -> None:
        notices.notify(cast.wang.id, TOPIC, {"count": 1}, about="/api/v1/x")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fails(cast.wang.actor)
    assert not Notice.objects.exists()
    assert not StreamEvent.objects.exists()
    assert not Delivery.objects.exists()


def test_a_topic_without_words_or_a_missing_parameter_is_found_at_once(cast: Cast) -> None:
    with pytest.raises(UnknownTopic):
        tell(cast.wang.id, topic="nobody.registered")
    with pytest.raises(KeyError):
        tell(cast.wang.id, params={})
    with pytest.raises(ValueError, match="lacks en"):
        templates.register_templates({"half": {"zh": "半"}})
    with pytest.raises(NotInAVerb):
        notices.notify(cast.wang.id, TOPIC, {"count": 1}, about="/api/v1/x")


def test_a_push_token_belongs_to_one_person_and_a_device_to_one_token(cast: Cast) -> None:
    with_push(cast.wang.actor, person_id=cast.wang.id, token="ok-1")
    with_push(cast.wang.actor, person_id=cast.wang.id, token="ok-2")
    assert [a.value for a in addresses.live(cast.wang.id, "fcm")] == ["ok-2"]
    again = with_push(cast.wang.actor, person_id=cast.wang.id, token="ok-2")
    assert addresses.live(cast.wang.id, "fcm").get().id == again.id
    with_push(cast.neighbour.actor, person_id=cast.neighbour.id, token="ok-2")
    assert not addresses.live(cast.wang.id, "fcm").exists()
    assert addresses.Address.objects.filter(retired_why="moved").count() == 1
