"""What a client may call over the socket: one sync function each, run in a thread, answered after its commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from api.schemas.emergency import AlarmIn, RaisedOut
from api.sockets.codes import PERMISSION_DENIED, ReplyError
from backend.core.errors import FieldError, Invalid
from backend.emergency import actions
from backend.people.actor import Actor
from notifications import presence, receipts


@dataclass(frozen=True)
class Call:
    """One call: who, with what, and which channels this connection reads."""

    actor: Actor
    data: dict[str, Any]
    channels: frozenset[str]

    def reads(self, channel: Any) -> str:
        """The channel, if this connection is subscribed to it. Raises ReplyError 103."""
        if not isinstance(channel, str) or channel not in self.channels:
            raise ReplyError(PERMISSION_DENIED)
        return channel


@dataclass(frozen=True)
class Method:
    """`for_alarms`: allowed to a socket that was admitted for alarms alone."""

    run: Callable[[Call], dict[str, Any]]
    for_alarms: bool = False


def ack(call: Call) -> dict[str, Any]:
    """`{channel, offset, state}` → how far this person got in the channel."""
    channel = call.reads(call.data.get("channel"))
    offset = call.data.get("offset")
    if type(offset) is not int:
        raise Invalid(FieldError("/offset", "type", "a whole number", "须为整数"))
    receipt = receipts.acknowledge(call.actor, channel=channel, offset=offset, state=str(call.data.get("state")))
    return {
        "channel": channel,
        "delivered": receipt.delivered,
        "displayed": receipt.displayed,
        "read": receipt.read,
    }


def who_is_present(call: Call) -> dict[str, Any]:
    """`{channel: "desk:<id>"}` → the ids of the persons at that desk."""
    channel = call.reads(call.data.get("channel"))
    kind, _, name = channel.partition(":")
    if kind != "desk":
        raise ReplyError(PERMISSION_DENIED)
    return {"channel": channel, "present": [str(person) for person in presence.present(UUID(name))]}


def raise_alarm(call: Call) -> dict[str, Any]:
    """As `POST /emergency/alarms`: `{incident, signal}`; fields that made no sense are named in `errors`, the alarm stands."""
    try:
        said = AlarmIn(**call.data)
    except ValidationError as wrong:
        raise Invalid(*[_field(error) for error in wrong.errors()]) from None
    raised = actions.raise_alarm(call.actor, **said.dict())
    answer = RaisedOut.of(raised).model_dump(mode="json")
    if raised.faults:
        answer["errors"] = [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in raised.faults]
    return answer


def _field(error: Any) -> FieldError:
    pointer = "".join(f"/{part}" for part in error["loc"])
    return FieldError(pointer, str(error["type"]).replace("_", "-"), str(error["msg"]))


METHODS: dict[str, Method] = {
    "ack": Method(ack),
    "alarm.raise": Method(raise_alarm, for_alarms=True),
    "presence": Method(who_is_present),
}
