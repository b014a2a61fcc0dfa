"""Twenty unmodified clients, half of them in Protobuf, on two sockets processes; processes, Valkey and sockets are killed at random
while events are written. In the end every client has heard exactly what the table holds, in its order."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Any

import pytest

from notifications.streams import StreamEvent
from tests.sockets.conftest import SocketsProcess, Valkey
from tests.sockets.peer import Followed, connected, follow, logged_in, publish, threaded, until

pytestmark = pytest.mark.django_db(transaction=True)
SEED, CLIENTS, WRITES = 20261123, 20, 90


async def cut(clients: list[Any], dice: random.Random, is_over: asyncio.Event) -> int:
    """Tear a socket every now and then; returns how many."""
    torn = 0
    while not is_over.is_set():
        await asyncio.sleep(0.05 + dice.random() * 0.15)
        client = dice.choice(clients)
        if client._conn is not None:
            client._conn.transport.abort()
            torn += 1
    return torn


async def kill(hosts: list[SocketsProcess], valkey: Valkey) -> None:
    """Kill one process after the other, and Valkey while the first is away; start each again."""
    await asyncio.sleep(0.5)
    await asyncio.to_thread(hosts[0].kill)
    await asyncio.to_thread(valkey.kill)
    await asyncio.to_thread(hosts[0].start)
    await asyncio.to_thread(hosts[1].kill)
    await asyncio.to_thread(valkey.start)
    await asyncio.to_thread(hosts[1].start)


def test_every_client_hears_what_the_table_holds(hosts: list[SocketsProcess], valkey: Valkey) -> None:
    cast, dice = logged_in(), random.Random(SEED)
    compound, desk = f"compound:{cast.compound.id}", f"desk:{cast.community.id}"
    people = [cast.wang, cast.dispatcher, cast.neighbour, cast.second_dispatcher]

    async def write(channel: str, is_over: asyncio.Event) -> None:
        """Until nothing is killed any more, and a fair number in any case."""
        written = 0
        while written < WRITES or not is_over.is_set():
            count = dice.randint(1, 3)
            await publish(channel, count, start=written)
            written += count
            await asyncio.sleep(dice.random() * 0.08)

    async def story() -> tuple[dict[str, list[list[tuple[int, Any]]]], int]:
        async with AsyncExitStack() as stack:
            clients: list[Any] = []
            readers: list[Any] = []
            watching: list[Followed] = []
            for number in range(CLIENTS):
                member = people[number % 4]
                opening = connected(hosts[number // 4 % 2].url, member.token(), use_protobuf=number % 8 >= 4)
                client, heard = await stack.enter_async_context(opening)
                clients.append(client)
                if number % 2:
                    watching.append(await follow(client, desk))
                else:
                    readers.append(heard)
            await until(lambda: all(compound in heard.subscribed for heard in readers))
            is_over = asyncio.Event()
            tearing = asyncio.create_task(cut(clients, dice, is_over))
            writing = [asyncio.create_task(write(channel, is_over)) for channel in (compound, desk)]
            await kill(hosts, valkey)
            is_over.set()
            await asyncio.gather(*writing)
            tops = await threaded(lambda: {c: StreamEvent.objects.filter(channel=c).count() for c in (compound, desk)})
            await until(lambda: all(len(heard.publications[compound]) >= tops[compound] for heard in readers), 15)
            await until(lambda: all(len(followed.publications) >= tops[desk] for followed in watching), 15)
            told = {
                compound: [heard.publications[compound] for heard in readers],
                desk: [followed.publications for followed in watching],
            }
            return told, await tearing

    told, torn = asyncio.run(story())
    assert torn > 10
    for channel, copies in told.items():
        rows = StreamEvent.objects.filter(channel=channel).order_by("offset")
        kept = [(row.offset, row.data) for row in rows]
        assert [offset for offset, _ in kept] == list(range(1, len(kept) + 1))
        assert len(copies) == CLIENTS // 2
        for copy in copies:
            assert [(offset, said["data"]) for offset, said in copy] == kept
