"""Two sockets processes on one database, hints by Valkey: an event written anywhere reaches the readers of both, Valkey or not."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from backend.people import duty
from tests.sockets.conftest import SocketsProcess, Valkey
from tests.sockets.peer import connected, follow, logged_in, publish, threaded, until
from tests.sockets.test_rights import ENDINGS, WITHIN, until_present

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_event_reaches_the_readers_of_both_processes_at_once(hosts: list[SocketsProcess]) -> None:
    cast = logged_in()
    channel = f"compound:{cast.compound.id}"

    async def story() -> None:
        async with AsyncExitStack() as stack:
            heard = [
                (await stack.enter_async_context(connected(h.url, m.token(), use_protobuf=p)))[1]
                for h, m, p in zip(hosts, (cast.wang, cast.neighbour), (True, False), strict=True)
            ]
            await until(lambda: all(channel in one.subscribed for one in heard))
            await publish(channel)
            await until(lambda: all(one.offsets(channel) for one in heard))
            delays = []
            for number in range(2, 12):
                begun = asyncio.get_running_loop().time()
                await publish(channel)
                await until(lambda: all(one.offsets(channel)[-1] == number for one in heard))  # noqa: B023
                delays.append(asyncio.get_running_loop().time() - begun)
            assert sorted(delays)[5] < 0.4  # by the hint; the sweep alone would take up to a second
            assert [one.offsets(channel) for one in heard] == [list(range(1, 12))] * 2

    asyncio.run(story())


def test_without_valkey_the_sweep_still_delivers_everything_in_order(
    hosts: list[SocketsProcess], valkey: Valkey
) -> None:
    cast = logged_in()
    channel = f"compound:{cast.compound.id}"

    async def story() -> None:
        async with AsyncExitStack() as stack:
            heard = [
                (await stack.enter_async_context(connected(h.url, m.token(), use_protobuf=p)))[1]
                for h, m, p in zip(hosts, (cast.wang, cast.neighbour), (False, True), strict=True)
            ]
            await until(lambda: all(channel in one.subscribed for one in heard))
            await publish(channel, 2)
            await until(lambda: all(one.offsets(channel) == [1, 2] for one in heard))
            await asyncio.to_thread(valkey.kill)
            for number in range(3, 8):
                await publish(channel, start=number)
            await until(lambda: all(one.offsets(channel) == list(range(1, 8)) for one in heard), 5)
            await asyncio.to_thread(valkey.start)
            await publish(channel, 3, start=8)
            await until(lambda: all(one.offsets(channel) == list(range(1, 11)) for one in heard), 5)
            assert [one.connecting for one in heard] == [[0], [0]]

    asyncio.run(story())


def test_a_role_that_ends_is_noticed_by_every_process(hosts: list[SocketsProcess]) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"
    duty.start(cast.dispatcher.actor)

    async def story() -> None:
        async with (
            connected(hosts[0].url, cast.dispatcher.token()) as (one, _),
            connected(hosts[1].url, cast.dispatcher.token()) as (two, _),
        ):
            followed = [await follow(one, desk), await follow(two, desk)]
            await until_present(cast, [cast.dispatcher.id], WITHIN)
            await threaded(lambda: ENDINGS["its row is gone"](cast))
            await until(lambda: all(f.unsubscribed == [(2000, "no longer allowed")] for f in followed), WITHIN)
            await until_present(cast, [], WITHIN)

    asyncio.run(story())
