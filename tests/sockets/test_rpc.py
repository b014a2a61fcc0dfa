"""Calls over the socket: raising an alarm, acknowledging, and what is refused."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import websockets
from centrifuge import Client, ReplyError

from backend.core import clock
from backend.core.ids import uuid7
from backend.emergency.models import Incident
from notifications.deliveries import Delivery
from notifications.notice import Notice
from tests.notifications.letters import tell
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import connected, follow, logged_in, threaded, until

pytestmark = pytest.mark.django_db(transaction=True)


async def refused(client: Client, method: str, data: Any) -> tuple[int, str]:
    with pytest.raises(ReplyError) as wrong:
        await client.rpc(method, data)
    return wrong.value.code, wrong.value.message


def test_an_alarm_raised_over_the_socket_is_committed_and_shows_at_the_desk(sockets: SocketsProcess) -> None:
    cast = logged_in()
    alarm = {"id": str(uuid7()), "kind": "sos", "note": "摔倒了"}

    async def story() -> dict[str, Any]:
        async with connected(sockets.url, cast.dispatcher.token()) as (desk, _):
            followed = await follow(desk, f"desk:{cast.community.id}")
            async with connected(sockets.url, cast.wang.token()) as (phone, _):
                answer = (await phone.rpc("alarm.raise", alarm)).data
                again = (await phone.rpc("alarm.raise", alarm)).data
            assert again == answer
            await until(lambda: followed.publications)
            assert answer["incident"]["id"] in followed.publications[0][1]["about"]
            return answer

    answer = asyncio.run(story())
    assert str(Incident.objects.get().id) == answer["incident"]["id"]


@pytest.mark.parametrize("how", ["expired", "sos-key"])
def test_an_alarm_is_never_refused_for_identity(sockets: SocketsProcess, how: str) -> None:
    cast = logged_in()
    with clock.moved(timedelta(days=-2)):
        token = cast.wang.token()
    if how == "sos-key":
        token = f"SOS {cast.wang.sos_key()}"

    async def story() -> None:
        async with connected(sockets.url, token) as (phone, _):
            answer = await phone.rpc("alarm.raise", {"id": str(uuid7())})
            assert answer.data["incident"]["id"]
            for channel in ("x", ["x"], None):
                assert await refused(phone, "ack", {"channel": channel}) == (103, "permission denied")
            followed = await follow_quickly(phone, f"desk:{cast.community.id}")
            assert not followed

    asyncio.run(story())


async def follow_quickly(client: Client, channel: str) -> bool:
    subscription = client.new_subscription(channel)
    await subscription.subscribe()
    await asyncio.sleep(0.3)
    return subscription.state.value == "subscribed"


def test_an_alarm_without_an_id_says_which_field_is_wrong(sockets: SocketsProcess) -> None:
    cast = logged_in()

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token()) as (phone, _):
            assert await refused(phone, "alarm.raise", {"kind": "sos"}) == (422, "invalid")
            assert await refused(phone, "alarm.raise", {"id": "7"}) == (422, "invalid")
            assert await refused(phone, "alarm.lower", {}) == (104, "method not found")
            assert (await refused(phone, "alarm.raise", [1]))[0] == 107

    asyncio.run(story())


def test_who_asks_without_end_is_told_to_wait_and_can_still_call_for_help(sockets: SocketsProcess) -> None:
    cast = logged_in()
    alarm = {"method": "alarm.raise", "data": {"id": str(uuid7()), "kind": "sos"}}

    async def story() -> None:
        async with websockets.connect(sockets.url, proxy=None) as socket:
            await socket.send(json.dumps({"id": 1, "connect": {"token": cast.wang.token()}}))
            await socket.recv()
            asked = range(2, 402)
            await socket.send("\n".join(json.dumps({"id": n, "ping": {}}) for n in asked))
            answers = [json.loads(await socket.recv()) for _ in asked]
            refused = [answer["error"] for answer in answers if "error" in answer]
            assert 40 <= len(refused) < 200
            assert refused[0] == {"code": 111, "message": "too many requests", "temporary": True}
            await socket.send(json.dumps({"id": 500, "rpc": alarm}))
            while (answer := json.loads(await socket.recv())).get("id") != 500:
                pass
            assert answer["rpc"]["data"]["incident"]["id"]
            await asyncio.sleep(2.1)
            await socket.send(json.dumps({"id": 501, "ping": {}}))
            while (answer := json.loads(await socket.recv())).get("id") != 501:
                pass
            assert "error" not in answer

    asyncio.run(story())


def test_another_persons_alarm_id_is_taken(sockets: SocketsProcess) -> None:
    cast = logged_in()
    alarm = {"id": str(uuid4())}

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token()) as (phone, _):
            await phone.rpc("alarm.raise", alarm)
        async with connected(sockets.url, cast.neighbour.token()) as (phone, _):
            assert await refused(phone, "alarm.raise", alarm) == (409, "id-taken")

    asyncio.run(story())


def test_an_acknowledged_notice_carries_its_receipt(sockets: SocketsProcess) -> None:
    cast = logged_in()
    channel = f"person:{cast.wang.id}"

    async def story() -> None:
        async with connected(sockets.url, cast.wang.token()) as (phone, heard):
            await until(lambda: heard.subscribed)
            await threaded(lambda: tell(cast.wang.id))
            await until(lambda: heard.publications[channel])
            ((offset, data),) = heard.publications[channel]
            assert data["event"] == "notice.created"
            answer = await phone.rpc("ack", {"channel": channel, "offset": offset, "state": "displayed"})
            assert answer.data == {"channel": channel, "delivered": 1, "displayed": 1, "read": 0}
            answer = await phone.rpc("ack", {"channel": channel, "offset": offset, "state": "delivered"})
            assert answer.data["displayed"] == 1
            assert (await refused(phone, "ack", {"channel": channel, "offset": 2, "state": "read"}))[0] == 422
            assert (await refused(phone, "ack", {"channel": [channel], "offset": 1, "state": "read"}))[0] == 103
            assert (await refused(phone, "ack", {"channel": channel, "offset": 1, "state": "seen"}))[0] == 422
            foreign = f"person:{cast.neighbour.id}"
            assert (await refused(phone, "ack", {"channel": foreign, "offset": 1, "state": "read"}))[0] == 103

    asyncio.run(story())
    sent = Delivery.objects.get(channel="socket")
    assert sent.displayed_at is not None
    assert sent.read_at is None
    assert Notice.objects.get().read_at is None
