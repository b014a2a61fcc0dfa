"""Connecting: who gets in, what they get, and when they are sent away."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import websockets
from centrifuge import Client, ReplyError

from backend.core import clock
from backend.core.clock import now
from backend.people.models import Session
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import Heard, connected, logged_in, publish, until

pytestmark = pytest.mark.django_db(transaction=True)


async def ask(url: str, *commands: dict[str, Any], **options: Any) -> list[Any]:
    """The raw replies to some commands; a close is the last of them as its code."""
    answers: list[Any] = []
    async with websockets.connect(url, proxy=None, **options) as socket:
        try:
            for command in commands:
                await socket.send(json.dumps(command))
                answers.append(json.loads(await socket.recv()))
        except websockets.ConnectionClosed as closed:
            answers.append(closed.rcvd.code if closed.rcvd else None)
    return answers


def test_a_resident_hears_their_own_home_building_compound_and_community(sockets: SocketsProcess) -> None:
    cast = logged_in()
    expected = {
        f"person:{cast.wang.id}",
        f"building:{cast.building.id}",
        f"compound:{cast.compound.id}",
        f"community:{cast.community.id}",
    }

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token()) as (_, heard):
            await until(lambda: set(heard.subscribed) == expected)
            await publish(f"compound:{cast.compound.id}")
            await until(lambda: heard.publications[f"compound:{cast.compound.id}"])
            ((offset, data),) = heard.publications[f"compound:{cast.compound.id}"]
            assert offset == 1
            assert data["event"] == "test.said"
            assert data["about"] == "/api/v1/nothing"
            assert data["data"] == {"n": 1}

    asyncio.run(story())


def test_a_pending_or_ended_home_gives_no_channels(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def story() -> None:
        for member in (cast.pending, cast.ended_tenant):
            async with connected(sockets.url, member.token()) as (_, heard):
                await until(lambda: heard.subscribed)
                assert set(heard.subscribed) == {f"person:{member.id}"}

    asyncio.run(story())


def test_a_forged_token_is_refused_for_good(sockets: SocketsProcess) -> None:
    async def story() -> None:
        heard = Heard()
        client = Client(sockets.url, events=heard, token="a.b.c", proxy=None)
        await client.connect()
        await until(lambda: heard.disconnected)
        assert heard.disconnected == [101]
        await asyncio.sleep(0.2)  # the client closes its transport in the background

    asyncio.run(story())


def test_a_revoked_login_is_refused(sockets: SocketsProcess) -> None:
    cast = logged_in()
    token = cast.wang.token()
    Session.objects.filter(id=cast.wang.session.id).update(revoked_at=now())
    error, code = asyncio.run(ask(sockets.url, {"id": 1, "connect": {"token": token}}, {"id": 2, "ping": {}}))
    assert error["error"]["code"] == 101
    assert code == 3500


def test_a_client_that_comes_back_with_an_expired_token_is_told_to_fetch_a_new_one(sockets: SocketsProcess) -> None:
    cast = logged_in()
    with clock.moved(timedelta(hours=-1)):
        token = cast.wang.token()
    subs = {f"person:{cast.wang.id}": {"recover": True, "offset": 3, "epoch": "e"}}
    (answer,) = asyncio.run(ask(sockets.url, {"id": 1, "connect": {"token": token, "subs": subs}}))
    assert answer["error"]["code"] == 109


def test_an_expired_token_is_admitted_for_alarms_alone_and_refreshed_to_all(sockets: SocketsProcess) -> None:
    cast = logged_in()
    with clock.moved(timedelta(hours=-1)):
        expired = cast.wang.token()

    fresh_token = cast.wang.token()

    async def get_token() -> str:
        return fresh_token

    async def story() -> None:
        async with connected(sockets.url, expired, get_token=get_token) as (client, heard):
            with pytest.raises(ReplyError) as refused:
                await client.rpc("ack", {"channel": "x", "offset": 1, "state": "read"})
            assert refused.value.code == 103
            assert not heard.subscribed
            await until(lambda: f"person:{cast.wang.id}" in heard.subscribed)

    asyncio.run(story())


def test_the_first_command_must_be_connect(sockets: SocketsProcess) -> None:
    (code,) = asyncio.run(ask(sockets.url, {"id": 1, "subscribe": {"channel": "desk:1"}}))
    assert code == 3501


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[]",
        '{"id":"x","ping":{}}',
        '{"connect":{}}',
        '{"id":1,"connect":7}',
        '{"id":1,"connect":{"subs":[1]}}',
    ],
)
def test_what_is_not_the_protocol_ends_the_connection(sockets: SocketsProcess, frame: str) -> None:
    async def story() -> int | None:
        async with websockets.connect(sockets.url, proxy=None) as socket:
            await socket.send(frame)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            return closed.value.rcvd.code if closed.value.rcvd else None

    assert asyncio.run(story()) == 3501


def test_a_stopping_server_asks_its_clients_to_come_back(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"person:{cast.wang.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token()) as (_, heard):
            await until(lambda: heard.subscribed)
            await asyncio.to_thread(sockets.end)
            await until(lambda: 3001 in heard.connecting)
            await publish(channel)
            await asyncio.to_thread(sockets.start)
            await until(lambda: heard.offsets(channel) == [1])
            assert heard.disconnected == []

    asyncio.run(story())


def test_another_address_is_refused_at_the_door(sockets: SocketsProcess) -> None:
    async def story() -> int:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(sockets.url.replace("/v1", "/v9"), proxy=None)
        return refused.value.response.status_code

    assert asyncio.run(story()) == 403
