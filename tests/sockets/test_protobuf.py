"""The Protobuf codec, with the unmodified Python client: everything that the JSON client can do."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import websockets
from centrifuge import Client, ReplyError
from centrifuge.protocol import client_pb2

from api.sockets.wire import delimited, read_varint
from backend.core import clock
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.emergency.models import Incident
from backend.people.models import Session
from notifications.streams import Stream, StreamEvent
from tests.notifications.letters import tell
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import Heard, connected, follow, logged_in, plain, publish, threaded, until

pytestmark = pytest.mark.django_db(transaction=True)


async def call(client: Client, method: str, said: Any) -> Any:
    return plain((await client.rpc(method, json.dumps(said).encode())).data)


def test_a_phone_hears_its_channels_calls_for_help_and_acknowledges(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel, desk = f"person:{cast.wang.id}", f"desk:{cast.community.id}"
    alarm = {"id": str(uuid7()), "kind": "sos", "note": "摔倒了"}

    async def story() -> None:
        async with (
            connected(sockets.url, cast.wang.token(), use_protobuf=True) as (phone, heard),
            connected(sockets.url, cast.dispatcher.token(), use_protobuf=True) as (screen, _),
        ):
            followed = await follow(screen, desk)
            assert followed.subscribed[0].recoverable
            await until(lambda: len(heard.subscribed) == 4)
            await publish(f"compound:{cast.compound.id}")
            await until(lambda: heard.publications[f"compound:{cast.compound.id}"])
            answer = await call(phone, "alarm.raise", alarm)
            assert await call(phone, "alarm.raise", alarm) == answer
            await until(lambda: followed.publications)
            assert answer["incident"]["id"] in followed.publications[0][1]["about"]
            assert await call(screen, "presence", {"channel": desk}) == {
                "channel": desk,
                "present": [str(cast.dispatcher.id)],
            }
            await threaded(lambda: tell(cast.wang.id))
            await until(lambda: any(said["event"] == "notice.created" for _, said in heard.publications[channel]))
            offset = heard.offsets(channel)[-1]
            reached = await call(phone, "ack", {"channel": channel, "offset": offset, "state": "read"})
            assert reached == {"channel": channel, "delivered": offset, "displayed": offset, "read": offset}

    asyncio.run(story())
    assert Incident.objects.count() == 1


def test_a_subscriber_reads_history_leaves_and_comes_back(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token(), use_protobuf=True) as (client, _):
            followed = await follow(client, desk)
            await publish(desk, 3)
            await until(lambda: len(followed.publications) == 3)
            subscription = client.get_subscription(desk)
            assert subscription is not None
            history = await subscription.history(limit=10)
            assert [(p.offset, plain(p.data)["data"]) for p in history.publications] == [
                (n, {"n": n}) for n in (1, 2, 3)
            ]
            await subscription.unsubscribe()
            await publish(desk)
            await asyncio.sleep(0.3)
            assert len(followed.publications) == 3
            await subscription.subscribe()
            await until(lambda: len(followed.publications) == 4)
            assert followed.subscribed[-1].recovered

    asyncio.run(story())


def test_a_reader_gets_what_was_written_while_the_server_was_killed(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel, desk = f"person:{cast.dispatcher.id}", f"desk:{cast.community.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token(), use_protobuf=True) as (client, heard):
            followed = await follow(client, desk)
            await publish(channel, 2)
            await publish(desk, 2)
            await until(lambda: heard.offsets(channel) == [1, 2] and len(followed.publications) == 2)
            await asyncio.to_thread(sockets.kill)
            await publish(channel, 300, start=3)
            await publish(desk, 2, start=3)
            await asyncio.to_thread(sockets.start)
            await until(lambda: heard.offsets(channel) == list(range(1, 303)), 15)
            await until(lambda: [offset for offset, _ in followed.publications] == [1, 2, 3, 4], 15)
            assert heard.subscribed[channel].recovered
            assert followed.subscribed[-1].recovered

    asyncio.run(story())


def test_lost_history_is_said_to_be_lost(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.dispatcher.token(), use_protobuf=True) as (client, _):
            followed = await follow(client, desk)
            await publish(desk, 2)
            await until(lambda: len(followed.publications) == 2)
            await asyncio.to_thread(sockets.kill)
            await publish(desk, 3, start=3)
            await threaded(lambda: StreamEvent.objects.filter(channel=desk, offset__lte=3).delete())
            await asyncio.to_thread(sockets.start)
            await until(lambda: len(followed.subscribed) == 2, 15)
            assert followed.subscribed[1].was_recovering
            assert not followed.subscribed[1].recovered

    asyncio.run(story())
    assert Stream.objects.get(channel=desk).last_offset == 5


def test_refusals_carry_the_same_codes_as_in_json(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def refused(client: Client, method: str, said: bytes) -> tuple[int, str]:
        with pytest.raises(ReplyError) as wrong:
            await client.rpc(method, said)
        return wrong.value.code, wrong.value.message

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token(), use_protobuf=True) as (client, heard):
            assert await refused(client, "alarm.raise", b'{"kind":"sos"}') == (422, "invalid")
            assert await refused(client, "alarm.lower", b"{}") == (104, "method not found")
            assert await refused(client, "alarm.raise", b"[1]") == (107, "bad request")
            assert await refused(client, "alarm.raise", b"\xff no JSON") == (107, "bad request")
            followed = await follow(client, f"desk:{cast.community.id}")
            assert [code for code, _ in followed.unsubscribed] == [103]
            assert heard.connecting == [0]
            with pytest.raises(ReplyError) as publishing:
                await client.publish(f"person:{cast.wang.id}", b"{}")
            assert publishing.value.code == 103

    asyncio.run(story())


def test_an_expired_token_is_admitted_for_alarms_and_refreshed_to_all(sockets: SocketsProcess) -> None:
    cast = logged_in()
    with clock.moved(timedelta(hours=-1)):
        expired = cast.wang.token()
    fresh = cast.wang.token()

    async def get_token() -> str:
        return fresh

    async def story() -> None:
        async with connected(sockets.url, expired, get_token=get_token, use_protobuf=True) as (client, heard):
            answer = await call(client, "alarm.raise", {"id": str(uuid7()), "kind": "sos"})
            assert answer["incident"]["id"]
            assert not heard.subscribed
            await until(lambda: f"person:{cast.wang.id}" in heard.subscribed)

    asyncio.run(story())


def test_a_forged_token_and_a_revoked_login_are_refused_for_good(sockets: SocketsProcess) -> None:
    cast = logged_in()
    revoked = cast.neighbour.token()
    Session.objects.filter(id=cast.neighbour.session.id).update(revoked_at=now())

    async def story() -> None:
        for token in ("a.b.c", revoked):
            heard = Heard()
            client = Client(sockets.url, events=heard, token=token, proxy=None, use_protobuf=True)
            await client.connect()
            await until(lambda: heard.disconnected)  # noqa: B023 - used at once
            assert heard.disconnected == [101]
        await asyncio.sleep(0.2)  # the client closes its transport in the background

    asyncio.run(story())


def test_a_stopping_server_asks_its_clients_to_come_back(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token(), use_protobuf=True) as (_, heard):
            await until(lambda: heard.subscribed)
            await asyncio.to_thread(sockets.end)
            await until(lambda: 3001 in heard.connecting)
            await asyncio.to_thread(sockets.start)
            await until(lambda: heard.subscribed[f"person:{cast.wang.id}"].was_recovering, 15)
            assert heard.disconnected == []

    asyncio.run(story())


@pytest.mark.parametrize("how", ["subprotocol", "format=protobuf", "cf_protocol=protobuf"])
def test_the_codec_is_chosen_as_the_official_clients_ask(sockets: SocketsProcess, how: str) -> None:
    cast = logged_in()
    offered: Any = ["centrifuge-protobuf"] if how == "subprotocol" else None
    url = sockets.url if how == "subprotocol" else f"{sockets.url}?{how}"
    token = client_pb2.ConnectRequest(token=cast.wang.token())  # type: ignore[attr-defined]
    command = client_pb2.Command(id=1, connect=token).SerializeToString()  # type: ignore[attr-defined]

    async def story() -> None:
        async with websockets.connect(url, proxy=None, subprotocols=offered) as socket:
            assert socket.subprotocol == (offered[0] if offered else None)
            await socket.send(delimited(command))
            answer = await socket.recv()
            assert isinstance(answer, bytes)
            length, at = read_varint(answer, 0)
            assert at + length == len(answer)
            reply = client_pb2.Reply.FromString(answer[at:])  # type: ignore[attr-defined]
            assert reply.id == 1
            assert f"person:{cast.wang.id}" in reply.connect.subs

    asyncio.run(story())


@pytest.mark.parametrize("frame", ["{}", b"\x05\x01", b"\xff" * 11, b"\x02\x22\x09", b"\x02\x08\x01", b"\x01\x0b"])
def test_what_is_not_the_protocol_ends_the_connection(sockets: SocketsProcess, frame: str | bytes) -> None:
    async def story() -> int | None:
        offered: Any = ["centrifuge-protobuf"]
        async with websockets.connect(sockets.url, proxy=None, subprotocols=offered) as socket:
            await socket.send(frame)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            return closed.value.rcvd.code if closed.value.rcvd else None

    assert asyncio.run(story()) == 3501
