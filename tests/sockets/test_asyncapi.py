"""`docs/asyncapi.yaml` says what the socket says: the frames of real sockets in both codecs hold against its schemas."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import websockets
import yaml
from centrifuge.protocol import client_pb2
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from api.sockets import asyncapi
from api.sockets.wire import delimited, read_varint
from backend.core.ids import uuid7
from backend.people.models import Residency, RoleGrant
from tests.cast import Cast
from tests.notifications.letters import tell
from tests.sockets.conftest import SocketsProcess
from tests.sockets.peer import logged_in, threaded
from tests.tickets.making import make_ticket

DOCUMENT = asyncapi.document()
theirs: Any = client_pb2


def holds(frame: Any, name: str) -> None:
    """The frame is what the document says of this message."""
    payload = DOCUMENT["components"]["messages"][name]["payload"]
    whole = {"components": DOCUMENT["components"]} | payload
    jsonschema.Draft7Validator(whole, format_checker=jsonschema.FormatChecker()).validate(frame)


def pointers(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from pointers(one)
    elif isinstance(value, list):
        for one in value:
            yield from pointers(one)


def test_the_committed_document_is_up_to_date() -> None:
    committed = asyncapi.FILE.read_text(encoding="utf-8")
    assert committed == asyncapi.text(), "run python -m backend frames"
    assert yaml.safe_load(committed) == DOCUMENT


def test_every_reference_leads_somewhere() -> None:
    found = set(pointers(DOCUMENT))
    assert len(found) > 50
    for pointer in found:
        place = DOCUMENT
        for part in pointer.removeprefix("#/").split("/"):
            assert part in place, pointer
            place = place[part]


def test_every_schema_is_one_and_every_example_holds() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)
    examples = 0
    for name, message in DOCUMENT["components"]["messages"].items():
        jsonschema.Draft7Validator.check_schema(message["payload"])
        for example in message.get("examples", ()):
            holds(example["payload"], name)
            examples += 1
    assert examples == len(asyncapi.EXAMPLES)


def test_a_frame_that_says_something_else_does_not_hold() -> None:
    for name, wrong in (
        ("push.pub", {"push": {"channel": "c", "pub": {"offset": 1, "data": {"event": "of.no.kind"}}}}),
        ("push.ping", {"id": 1}),
        ("reply.error", {"id": 1, "error": {"code": "103", "message": "x"}}),
        ("rpc.ack", {"id": 1, "rpc": {"method": "ack", "data": {"channel": "c"}}}),
    ):
        with pytest.raises(jsonschema.ValidationError):
            holds(wrong, name)


class JsonWire:
    """A raw socket of the JSON codec; frames come and go as dicts."""

    subprotocols: Any = None

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def send(self, command: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(command))

    async def receive(self) -> dict[str, Any]:
        frame = await self.socket.recv()
        assert isinstance(frame, str)
        answer: dict[str, Any] = json.loads(frame)
        return answer


class ProtobufWire(JsonWire):
    """The same in Protobuf, by Google's implementation and the official client's messages."""

    subprotocols: Any = ["centrifuge-protobuf"]

    async def send(self, command: dict[str, Any]) -> None:
        (method,) = command.keys() - {"id"}
        message = theirs.Command(id=command["id"])
        inner = getattr(message, method)
        inner.SetInParent()
        payload = command[method].get("data")
        ParseDict({name: value for name, value in command[method].items() if name != "data"}, inner)
        if payload is not None:
            inner.data = json.dumps(payload).encode()
        await self.socket.send(delimited(message.SerializeToString()))

    async def receive(self) -> dict[str, Any]:
        frame = await self.socket.recv()
        assert isinstance(frame, bytes)
        length, at = read_varint(frame, 0)
        assert at + length == len(frame)
        return shown(theirs.Reply.FromString(frame[at:]))


def shown(message: Message) -> dict[str, Any]:
    """A Protobuf message as the JSON codec would show it: payloads parsed; what is absent has its default, except in results that
    are optional as a whole."""
    found: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            found[field.name] = {key: shown(one) for key, one in value.items()}
        elif field.message_type is not None:
            is_list = not hasattr(value, "ListFields")
            found[field.name] = [shown(one) for one in value] if is_list else shown(value)
        else:
            found[field.name] = json.loads(value) if isinstance(value, bytes) else value
    always = {
        "SubscribeResult": {"epoch": "", "offset": 0, "recoverable": False, "positioned": False},
        "Subscribe": {"epoch": "", "offset": 0, "recoverable": False, "positioned": False},
        "HistoryResult": {"publications": [], "epoch": "", "offset": 0},
        "ConnectResult": {"subs": {}},
        "Error": {"message": ""},
    }.get(message.DESCRIPTOR.name, {})
    if message.DESCRIPTOR.name == "SubscribeResult" and found.get("was_recovering"):
        always = always | {"recovered": False}
    return always | found


def move_in(cast: Cast) -> None:
    places = {"home": cast.home, "community_id": cast.community.id, "compound_id": cast.compound.id}
    Residency.objects.create(user=cast.dispatcher.user, relation="tenant", state="confirmed", **places)


@pytest.mark.parametrize("wire", [JsonWire, ProtobufWire], ids=["json", "protobuf"])
@pytest.mark.django_db(transaction=True)
def test_the_frames_of_a_real_session_are_as_described(sockets: SocketsProcess, wire: type[JsonWire]) -> None:
    cast = logged_in()
    desk, own = f"desk:{cast.community.id}", f"person:{cast.dispatcher.id}"
    token = cast.dispatcher.token()
    seen: set[str] = set()

    async def next_frame(line: JsonWire, until: str) -> dict[str, Any]:
        """The next frame of this kind; what comes before it is checked as well."""
        async with asyncio.timeout(15):
            while True:
                frame = await line.receive()
                kind = "reply" if "id" in frame else "push"
                body = frame if kind == "reply" else frame.get("push", {})
                names = body.keys() - {"id", "channel"}
                name = f"{kind}.{names.pop() if names else 'ping'}"
                if name != "reply.rpc":  # its data depend on the method that was called
                    holds(frame, name)
                seen.add(name)
                if name == until:
                    return frame

    async def call(line: JsonWire, number: int, act: str, **params: Any) -> None:
        command = {"id": number, act: params}
        name = f"rpc.{params['method']}" if act == "rpc" else act
        if name in DOCUMENT["components"]["messages"]:
            holds(command, name)
        await line.send(command)
        answer = await next_frame(line, "reply.error" if act == "publish" else f"reply.{act}")
        assert answer["id"] == number
        if act == "rpc":
            holds(answer, f"reply.{name}")
            seen.add(f"reply.{name}")

    def work() -> None:
        make_ticket(cast, "closed")
        tell(cast.dispatcher.id)

    async def story() -> None:
        async with websockets.connect(sockets.url, proxy=None, subprotocols=wire.subprotocols) as socket:
            line = wire(socket)
            await call(
                line, 1, "connect", token=token, name="test", subs={own: {"recover": True, "epoch": "x", "offset": 9}}
            )
            await call(line, 2, "subscribe", channel=desk, recover=True, epoch="none", offset=1)
            await call(line, 3, "publish", channel=desk, data={})
            await call(
                line, 4, "rpc", method="alarm.raise", data={"id": str(uuid7()), "kind": "sos", "at": "yesterday"}
            )
            await call(line, 5, "rpc", method="presence", data={"channel": desk})
            await threaded(work)
            while (await next_frame(line, "push.pub"))["push"]["channel"] != own:
                pass
            await call(line, 6, "rpc", method="ack", data={"channel": own, "offset": 1, "state": "read"})
            await call(line, 7, "history", channel=desk, limit=10)
            await call(line, 8, "refresh", token=token)
            await call(line, 9, "unsubscribe", channel=desk)
            await call(line, 10, "subscribe", channel=desk)
            await next_frame(line, "push.ping")
            await threaded(lambda: move_in(cast))
            await next_frame(line, "push.subscribe")
            await threaded(lambda: RoleGrant.objects.filter(user=cast.dispatcher.user).delete())
            await next_frame(line, "push.unsubscribe")

    asyncio.run(story())
    replies = {
        f"reply.{name}" for name in ("connect", "subscribe", "unsubscribe", "history", "refresh", "error", "rpc")
    }
    calls = {"reply.rpc.ack", "reply.rpc.alarm.raise", "reply.rpc.presence"}
    assert replies | calls | {"push.pub", "push.ping", "push.subscribe", "push.unsubscribe"} <= seen
