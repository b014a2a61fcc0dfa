"""Who may send what over the socket: every command, every kind of channel and every call × every role, on the connection itself."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from api.sockets import protocol, rights, runtime
from api.sockets.codec_json import JSON
from api.sockets.connection import Connection
from api.sockets.methods import METHODS
from tests.permissions.hearing import strangers_words
from tests.permissions.world import World
from tests.whole_cast import KEYS, ROLES

OK = 0
TOP = {"district_officer"}
DESKS = TOP | {"district_dispatcher"}
READERS: dict[str, set[str]] = {
    "person:wang": set(),
    "person:outsider": set(),
    "community:community": set(),
    "compound:compound": set(),
    "building:building": set(),
    "desk:community": DESKS | {"dispatcher", "second_dispatcher", "subdistrict_officer"},
    "desk:subdistrict": DESKS | {"second_dispatcher", "subdistrict_officer"},
    "desk:district": DESKS,
    "desk:other_community": DESKS | {"other_dispatcher", "other_subdistrict_officer"},
    "board:community": TOP | {"community_worker", "grid_worker", "subdistrict_officer"},
    "board:other_community": TOP | {"other_community_worker", "other_subdistrict_officer"},
    "board:compound": TOP | {"manager"},
    "board:other_compound": TOP | {"other_company_manager"},
}
"""Who may subscribe; what is one's own is given at connect and asked for by nobody (103)."""
TURNED_AWAY = {"anonymous", "logged_out", *KEYS}
FOR_ALARMS_ALONE = {"suspended_manager", "limited"}
AT_HOME = {"wang", "stale_wang", "tenant", "landlord"}
COMMANDS: dict[str, int] = {
    "publish": 103,
    "presence": 108,
    "presence_stats": 108,
    "sub_refresh": 108,
    "ping": OK,
    "unsubscribe": OK,
    "history": 103,
    "refresh": 101,
}
"""What everybody who is admitted gets for the other commands, on a channel or with a token of somebody else."""
TRIED_APART = {"connect", "subscribe", "rpc", "send"}
CALLS = {"ack": 103, "presence": 103, "no.such": 104}
"""Calls about a channel that the connection does not read."""


def test_every_kind_of_channel_command_and_call_has_a_row() -> None:
    assert {channel.partition(":")[0] for channel in READERS} == {*rights.OWN, *rights.WATCHED}
    assert COMMANDS.keys() | TRIED_APART == protocol.METHODS
    assert METHODS.keys() == CALLS.keys() - {"no.such"} | {"alarm.raise"}


class Wire:
    """The outlet's end: what the connection pushed, and how it closed."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.closed: int | None = None

    def push(self, frame: Any) -> None:
        self.frames.append(frame)

    def close(self, close: Any) -> None:
        self.closed = close.code

    abandon = close

    def is_stalled(self, loop_time: float) -> bool:
        return False


class Peer:
    """One connection of one role."""

    def __init__(self, hub: Any) -> None:
        self.wire, self.number = Wire(), 0
        self.connection = Connection(hub, self.wire, {}, JSON, asyncio.get_running_loop().time())  # type: ignore[arg-type]

    async def ask(self, command: str, /, **params: Any) -> dict[str, Any]:
        """The reply to one command."""
        self.number += 1
        await self.connection.receive(json.dumps({"id": self.number, command: params}))
        replies = [message for frame in self.wire.frames for message in map(json.loads, frame.splitlines())]
        return next((reply for reply in replies if reply.get("id") == self.number), {})

    async def code(self, command: str, /, **params: Any) -> int:
        reply = await self.ask(command, **params)
        return int(reply.get("error", {}).get("code", OK))


def channel_of(world: World, name: str) -> str:
    kind, _, of = name.partition(":")
    return f"{kind}:{getattr(world, of).id}"


def credential(world: World, role: str) -> str:
    given = world.headers(role).get("Authorization", "")
    return given.removeprefix("Bearer ")


async def everything(world: World, role: str, token: str, foreign: str, hub: Any) -> dict[str, Any]:
    """What this role gets for all of it."""
    peer = Peer(hub)
    admitted = await peer.ask("connect", token=token)
    seen: dict[str, Any] = {"closed": peer.wire.closed}
    if peer.wire.closed is not None:
        return seen
    seen["own"] = sorted(admitted["connect"]["subs"])
    stranger = channel_of(world, "person:outsider" if role != "outsider" else "person:wang")
    for command in COMMANDS:
        given = {"token": foreign} if command == "refresh" else {"channel": stranger, "data": {}}
        seen[command] = await peer.code(command, **({} if command == "ping" else given))
    for call in CALLS:
        data = {"channel": stranger, "offset": 1, "state": "read"}
        seen[f"rpc {call}"] = await peer.code("rpc", method=call, data=data)
    seen["unknown"] = await peer.code("subscribe", channel="secret:1")
    seen["watches"] = {n for n in READERS if await peer.code("subscribe", channel=channel_of(world, n)) in (OK, 105)}
    for channel in list(peer.connection.members):
        await peer.ask("history", channel=channel, limit=100, since={"offset": 0, "epoch": ""})
    seen["heard"] = strangers_words(world, role, "\n".join(peer.wire.frames).encode())
    peer.connection.leave()
    return seen


def wanted(world: World, role: str) -> dict[str, Any]:
    if role in TURNED_AWAY:
        return {"closed": 3500}
    limited = role in FOR_ALARMS_ALONE
    person = f"person:{world[role].id}"
    homes = {"neighbour": (world.community, world.compound, world.building)} | dict.fromkeys(
        AT_HOME, (world.community, world.compound, world.building)
    )
    own = [] if limited else [person]
    kinds = ("community", "compound", "building")
    if role == "outsider":
        own += [f"{kind}:{place}" for kind, place in zip(kinds, world.places_of_outsider, strict=True)]
    own += [f"{kind}:{place.id}" for kind, place in zip(kinds, homes.get(role, ()), strict=False)]
    given = {name for name in READERS if channel_of(world, name) in own}
    return {
        "closed": None,
        "own": sorted(own),
        **COMMANDS,
        **{f"rpc {call}": 104 if call == "no.such" else code for call, code in CALLS.items()},
        "unknown": 101 if limited else 102,
        "watches": given | {name for name, readers in READERS.items() if role in readers},
        "heard": [],
    }


@pytest.mark.django_db(transaction=True)
def test_every_frame_is_answered_to_each_role_as_expected() -> None:
    world = World()
    tokens = {role: credential(world, role) for role in ROLES}

    async def story() -> dict[str, dict[str, Any]]:
        hub = await runtime.hub()
        try:
            foreign = {role: tokens["neighbour" if role == "wang" else "wang"] for role in ROLES}
            foreign |= {"stale_wang": tokens["neighbour"]}
            return {role: await everything(world, role, tokens[role], foreign[role], hub) for role in ROLES}
        finally:
            await runtime.stop(0)

    found = asyncio.run(story())
    expected = {role: wanted(world, role) for role in ROLES}
    assert {role: _difference(found[role], expected[role]) for role in ROLES if found[role] != expected[role]} == {}


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    return {
        key: (found.get(key), wanted.get(key))
        for key in found.keys() | wanted.keys()
        if found.get(key) != wanted.get(key)
    }
