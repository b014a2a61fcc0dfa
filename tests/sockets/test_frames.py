"""`api/frames.json` says what the socket says, and the streams carry nothing else."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import websockets

from api.sockets import frames
from api.sockets.events import EVENTS
from backend.core.ids import uuid7
from backend.emergency import actions as emergency
from notifications.streams import StreamEvent
from tests.notifications.letters import tell
from tests.sockets.conftest import ROOT, SocketsProcess
from tests.sockets.peer import logged_in
from tests.tickets.making import make_ticket

DOCUMENT = frames.document()


def holds(value: Any, *path: str) -> None:
    """`value` is what the description says at `path`."""
    schema: Any = DOCUMENT
    for part in path:
        schema = schema[part]
    whole = {"$defs": DOCUMENT["$defs"], "rpc": DOCUMENT["rpc"]} | schema
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(value)


def test_the_committed_description_is_up_to_date() -> None:
    assert frames.FILE.read_text(encoding="utf-8") == frames.text(), "run python -m backend frames"


def named_events() -> Iterator[tuple[str, str]]:
    """Every event name that stands in a call of `emit` or `tell_desks`."""
    for room in ("backend", "payments", "notifications", "web"):
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _called(node) in {"emit", "tell_desks"} and len(node.args) > 1:
                    name = node.args[1]
                    if isinstance(name, ast.Constant):
                        yield str(name.value), f"{Path(file).relative_to(ROOT)}:{node.lineno}"


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_event_that_the_code_names_is_described() -> None:
    found = list(named_events())
    assert len(found) > 10
    assert [(name, place) for name, place in found if name not in EVENTS] == []


@pytest.mark.django_db(transaction=True)
def test_what_the_rooms_put_on_streams_is_as_described() -> None:
    cast = logged_in()
    raised = emergency.raise_alarm(cast.wang.actor, id=uuid7())
    emergency.acknowledge(cast.dispatcher.actor, incident_id=raised.incident.id)
    make_ticket(cast, "closed")
    tell(cast.wang.id)
    seen = set()
    for row in StreamEvent.objects.all():
        seen.add(row.event)
        body = {"event": row.event, "about": row.about, "at": row.at.isoformat(), "data": row.data}
        holds(body, "$defs", "event")
        assert row.channel.partition(":")[0] in EVENTS[row.event].channels
    assert {"incident.opened", "incident.acknowledged", "ticket.reported", "ticket.closed", "notice.created"} <= seen


@pytest.mark.django_db(transaction=True)
def test_the_frames_of_a_session_are_as_described(sockets: SocketsProcess) -> None:
    cast = logged_in()
    desk = f"desk:{cast.community.id}"
    commands = {
        "connect": {"token": cast.dispatcher.token(), "name": "test"},
        "subscribe": {"channel": desk, "recover": True, "epoch": "none", "offset": 1},
        "history": {"channel": desk, "limit": 10},
        "rpc": {"method": "presence", "data": {"channel": desk}},
        "refresh": {"token": cast.dispatcher.token()},
        "unsubscribe": {"channel": desk},
    }

    async def story() -> list[tuple[str, Any]]:
        kept: list[tuple[str, Any]] = []
        async with websockets.connect(sockets.url, proxy=None) as socket:
            for number, (method, params) in enumerate(commands.items(), start=1):
                command = {"id": number, method: params}
                holds(command, "commands", method)
                await socket.send(json.dumps(command))
                answer = json.loads(await socket.recv())
                while "id" not in answer:
                    holds(answer, "pushes", "ping")
                    answer = json.loads(await socket.recv())
                kept.append((method, answer))
            await socket.send(json.dumps({"id": 99, "publish": {"channel": desk, "data": {}}}))
            kept.append(("error", json.loads(await socket.recv())))
        return kept

    for method, answer in asyncio.run(story()):
        holds(answer, "replies", method)
        if method == "rpc":
            holds(answer["rpc"]["data"], "rpc", "presence", "result")
