"""Nothing is lost on the way to a reader, and nothing comes twice."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
import websockets
from django.db import connection

from backend.core.verb import emit, verb
from backend.people.actor import Actor
from notifications.streams import Stream, StreamEvent
from tests.cast import barrier
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import connected, follow, logged_in, publish, say, threaded, until
from tests.sockets.test_connect import ask

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_reader_gets_what_was_written_while_the_server_was_killed(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"person:{cast.wang.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token()) as (_, heard):
            await until(lambda: heard.subscribed)
            await publish(channel, 3)
            await until(lambda: heard.offsets(channel) == [1, 2, 3])
            await asyncio.to_thread(sockets.kill)
            await publish(channel, 4, start=4)
            await asyncio.to_thread(sockets.start)
            await until(lambda: heard.offsets(channel) == [1, 2, 3, 4, 5, 6, 7], 15)
            assert heard.subscribed[channel].was_recovering
            assert heard.subscribed[channel].recovered

    asyncio.run(story())


def test_readers_cut_off_at_random_hear_every_event_of_many_writers_once_and_in_order(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"compound:{cast.compound.id}"
    dice = random.Random(7)

    async def write(writer: int) -> None:
        for number in range(8):
            await publish(channel, dice.randint(1, 3), start=writer * 100 + number)
            await asyncio.sleep(dice.random() * 0.1)

    async def cut(client: Any) -> None:
        for _ in range(5):
            await asyncio.sleep(0.1 + dice.random() * 0.3)
            if client._conn is not None:
                client._conn.transport.abort()

    async def story() -> None:
        async with (
            connected(sockets.url, cast.wang.token()) as (one, heard),
            connected(sockets.url, cast.neighbour.token()) as (two, heard_too),
        ):
            await until(lambda: channel in heard.subscribed and channel in heard_too.subscribed)
            await asyncio.gather(*(write(n) for n in range(6)), cut(one), cut(two))
            top = await threaded(lambda: Stream.objects.get(channel=channel).last_offset)
            await until(lambda: len(heard.offsets(channel)) >= top and len(heard_too.offsets(channel)) >= top)
            assert heard.offsets(channel) == list(range(1, top + 1))
            assert heard.publications[channel] == heard_too.publications[channel]

    asyncio.run(story())


def test_offsets_have_no_gap_under_sixteen_writers(transactional_db: None) -> None:
    @verb("test.both", audited=False)
    def both(actor: Actor, *, number: int) -> None:
        for channel in ("community:b", "community:a") if number % 2 else ("community:a", "community:b"):
            emit(channel, "test.said", about="/api/v1/nothing", data={"n": number})

    def write(number: int) -> None:
        for _ in range(2):
            both(Actor.system("test"), number=number)

    assert barrier(100, write) == [None] * 100
    for channel in ("community:a", "community:b"):
        offsets = StreamEvent.objects.filter(channel=channel).order_by("offset").values_list("offset", flat=True)
        assert list(offsets) == list(range(1, 201))
        assert Stream.objects.get(channel=channel).last_offset == 200


def test_a_lost_hint_costs_a_second_and_no_event(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"person:{cast.wang.id}"

    def write_without_hint() -> None:
        from backend.core.verb import StreamedEvent
        from notifications import appending

        appending.append([StreamedEvent(channel, "test.said", "/api/v1/nothing", {})])

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token()) as (_, heard):
            await until(lambda: heard.subscribed)
            await threaded(write_without_hint)
            await until(lambda: heard.offsets(channel) == [1], 4)

    asyncio.run(story())


def test_a_new_epoch_tells_the_reader_to_read_again(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"person:{cast.wang.id}"
    say(Actor.system("test"), channel=channel, count=3)
    for epoch, offset in (("other", 1), (Stream.objects.get(channel=channel).epoch, 9)):
        subs = {channel: {"recover": True, "offset": offset, "epoch": epoch}}
        (answer,) = asyncio.run(ask(sockets.url, {"id": 1, "connect": {"token": cast.wang.token(), "subs": subs}}))
        got = answer["connect"]["subs"][channel]
        assert (got["was_recovering"], got["recovered"], got["offset"]) == (True, False, 3)
        assert "publications" not in got


def test_pruned_history_is_not_called_recovered(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"person:{cast.wang.id}"
    say(Actor.system("test"), channel=channel, count=5)
    StreamEvent.objects.filter(channel=channel, offset__lte=3).delete()
    epoch = Stream.objects.get(channel=channel).epoch

    def recovered(offset: int) -> bool:
        subs = {channel: {"recover": True, "offset": offset, "epoch": epoch}}
        (answer,) = asyncio.run(ask(sockets.url, {"id": 1, "connect": {"token": cast.wang.token(), "subs": subs}}))
        return bool(answer["connect"]["subs"][channel]["recovered"])

    assert [recovered(offset) for offset in (1, 2, 3, 4, 5)] == [False, False, True, True, True]


def test_a_client_may_ask_for_an_error_instead_of_an_unrecovered_answer(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"
    wish = {"channel": desk, "recover": True, "epoch": "_", "offset": 4, "flag": 2}
    connect = {"id": 1, "connect": {"token": cast.dispatcher.token()}}
    _, refused = asyncio.run(ask(sockets.url, connect, {"id": 2, "subscribe": wish}))
    assert refused["error"]["code"] == 112


def test_a_restored_stream_sends_its_readers_back_to_find_out(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"desk:{cast.community.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token()) as (client, heard):
            followed = await follow(client, channel)
            await publish(channel, 2)
            await until(lambda: len(followed.publications) == 2)
            await threaded(lambda: Stream.objects.filter(channel=channel).update(epoch="restored", last_offset=1))
            await until(lambda: 3010 in heard.connecting)
            await until(lambda: len(followed.subscribed) == 2)
            assert followed.subscribed[1].was_recovering
            assert not followed.subscribed[1].recovered

    asyncio.run(story())


def test_a_stalled_reader_does_not_hold_up_the_others(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"compound:{cast.compound.id}"

    def flood() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        for start in range(0, 4000, 200):
            fill(Actor.system("test"), start=start)

    @verb("test.fill", audited=False)
    def fill(actor: Actor, *, start: int) -> None:
        for number in range(200):
            emit(channel, "test.said", about="/api/v1/nothing", data={"n": start + number, "fill": "x" * 1000})

    async def story() -> None:
        stalled = await websockets.connect(sockets.url, proxy=None, max_queue=1)
        await stalled.send('{"id":1,"connect":{"token":"' + cast.neighbour.token() + '"}}')
        async with connected(sockets.url, cast.wang.token()) as (_, heard):
            await until(lambda: channel in heard.subscribed)
            await threaded(flood)
            await until(lambda: len(heard.offsets(channel)) == 4000, 20)
            assert heard.offsets(channel) == list(range(1, 4001))
        stalled.transport.abort()

    asyncio.run(story())
