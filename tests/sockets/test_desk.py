"""Desks and boards: who may watch, and who is present."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from backend.core import clock
from backend.people.models import Session
from notifications import presence
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import connected, follow, logged_in, publish, threaded, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dispatcher_watches_the_desks_of_their_division_and_those_under_it(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"desk:{cast.community.id}"

    async def story() -> None:
        for member in (cast.dispatcher, cast.second_dispatcher, cast.district_dispatcher):
            async with connected(sockets.url, member.token()) as (client, _):
                followed = await follow(client, channel)
                assert followed.subscribed[0].recoverable
                await publish(channel)
                await until(lambda: followed.publications)  # noqa: B023 - used at once

    asyncio.run(story())


@pytest.mark.parametrize("who", ["wang", "manager", "technician", "finance"])
def test_others_may_not_watch_a_desk(sockets: SocketsProcess, who: str) -> None:
    cast = logged_in()

    async def story() -> None:
        async with connected(sockets.url, cast[who].token()) as (client, _):
            followed = await follow(client, f"desk:{cast.community.id}")
            assert [code for code, _ in followed.unsubscribed] == [103]

    asyncio.run(story())


def test_a_dispatcher_of_one_community_may_not_watch_another(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token()) as (client, _):
            for name, code in (
                (f"desk:{cast.other_community.id}", 103),
                (f"person:{cast.wang.id}", 103),
                (f"community:{cast.other_community.id}", 103),
                ("desk:everything", 102),
                ("weather:today", 102),
            ):
                followed = await follow(client, name)
                assert [c for c, _ in followed.unsubscribed] == [code], name

    asyncio.run(story())


def test_watching_a_desk_is_being_present_and_the_lease_outlives_the_process(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = cast.community.id

    async def story() -> None:
        assert await threaded(lambda: presence.present(desk)) == []
        async with connected(sockets.url, cast.dispatcher.token()) as (client, _):
            await follow(client, f"desk:{desk}")
            assert await threaded(lambda: presence.present(desk)) == [cast.dispatcher.id]
            answer = await client.rpc("presence", {"channel": f"desk:{desk}"})
            assert answer.data["present"] == [str(cast.dispatcher.id)]
            first = await threaded(lambda: presence.last_present(cast.dispatcher.id))
            await asyncio.sleep(6)
            renewed = await threaded(lambda: presence.last_present(cast.dispatcher.id))
            assert renewed > first
            await asyncio.to_thread(sockets.kill)
            assert await threaded(lambda: presence.present(desk)) == [cast.dispatcher.id]

    asyncio.run(story())
    with clock.moved(timedelta(seconds=16)):
        assert presence.present(desk) == []


def test_an_officer_watches_without_counting_as_present(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def story() -> None:
        async with connected(sockets.url, cast.subdistrict_officer.token()) as (client, _):
            followed = await follow(client, f"desk:{cast.community.id}")
            assert followed.subscribed
            assert await threaded(lambda: presence.present(cast.community.id)) == []

    asyncio.run(story())


def test_a_dispatchers_link_is_pinged_every_two_seconds(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token()) as (client, heard):
            pings: list[float] = []
            handle = client._handle_ping

            async def counted() -> None:
                pings.append(asyncio.get_running_loop().time())
                await handle()

            client._handle_ping = counted  # type: ignore[method-assign]
            await follow(client, f"desk:{cast.community.id}")
            await until(lambda: len(pings) >= 2, 8)
            assert pings[1] - pings[0] < 4
            assert heard.connecting == [0]

    asyncio.run(story())


def test_a_revoked_login_loses_its_desk_and_its_presence_within_seconds(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token()) as (client, heard):
            await follow(client, f"desk:{cast.community.id}")
            mine = Session.objects.filter(id=cast.dispatcher.session.id)
            await threaded(lambda: mine.update(revoked_at=clock.now()))
            await until(lambda: heard.disconnected == [3503], 8)
            before = await threaded(lambda: presence.last_present(cast.dispatcher.id))
            await asyncio.sleep(6)
            assert await threaded(lambda: presence.last_present(cast.dispatcher.id)) == before

    asyncio.run(story())
