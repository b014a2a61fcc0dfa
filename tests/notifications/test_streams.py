"""Streams as rows: numbers, order, pruning; and presence leases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.core.clock import moved, now
from backend.core.verb import StreamedEvent, emit, verb
from backend.people.actor import Actor
from notifications import presence, streams
from notifications.presence import PresenceLease
from notifications.streams import Stream, StreamEvent
from tests.cast import Cast, as_app

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_channel_counts_for_itself_in_the_order_of_the_verb() -> None:
    def event(channel: str, name: str) -> StreamedEvent:
        return StreamedEvent(channel, name, "/api/v1/nothing", {})

    assert streams.append([event("a", "one"), event("b", "one"), event("a", "two")]) == [1, 1, 2]
    assert streams.append([event("a", "three")]) == [3]
    rows = StreamEvent.objects.filter(channel="a").order_by("offset")
    assert list(rows.values_list("offset", "event")) == [(1, "one"), (2, "two"), (3, "three")]
    assert streams.position("a")[1] == 3
    assert streams.position("nobody")[1] == 0


def test_a_verb_that_fails_leaves_no_number_behind() -> None:
    @verb("test.fails", audited=False)
    def fails(actor: Actor, *, really: bool) -> None:
        emit("a", "test.said", about="/api/v1/nothing")
        if really:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails(Actor.system("test"), really=True)
    fails(Actor.system("test"), really=False)
    assert Stream.objects.get(channel="a").last_offset == 1


def test_the_app_role_appends_inside_its_verbs(cast: Cast) -> None:
    @verb("test.says", audited=False)
    def says(actor: Actor) -> None:
        emit("a", "test.said", about="/api/v1/nothing", data={"词": "好"})

    actor = cast.wang.actor
    with as_app():
        says(actor)
    assert StreamEvent.objects.get().data == {"词": "好"}


def test_events_older_than_thirty_days_are_pruned() -> None:
    streams.append([StreamedEvent("a", "old", "", {})])
    with moved(timedelta(days=31)):
        streams.append([StreamedEvent("a", "new", "", {})])
        assert streams.prune() == 1
    assert StreamEvent.objects.get().event == "new"


def test_a_lease_lives_fifteen_seconds_and_ends_with_duty(cast: Cast) -> None:
    desk, other = cast.community.id, cast.other_community.id
    PresenceLease.objects.create(person_id=cast.dispatcher.id, division_id=desk, until=now() + presence.LIFE)
    assert presence.present(desk) == [cast.dispatcher.id]
    assert presence.present(other) == []
    with moved(timedelta(seconds=14)):
        assert presence.present(desk)
    with moved(timedelta(seconds=15)):
        assert not presence.present(desk)
    presence.end(cast.dispatcher.id)
    assert not presence.present(desk)
    assert presence.last_present(cast.neighbour.id) is None
