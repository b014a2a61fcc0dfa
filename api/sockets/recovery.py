"""Joining streams without a gap: register first, then read the history in one snapshot, reply, then go live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.sockets import protocol
from api.sockets.codes import UNRECOVERABLE, ReplyError
from api.sockets.hub import Hub, Listener, Member
from api.sockets.reads import HISTORY_LIMIT, NO_HISTORY, StreamState

REJECT_UNRECOVERED = 2


@dataclass(frozen=True)
class Wish:
    """Where a client wants to resume. `reject`: it wants error 112 instead of `recovered: false`."""

    recover: bool = False
    epoch: str = ""
    offset: int = 0
    reject: bool = False

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Wish:
        """From a subscribe request. Raises ReplyError 107."""
        given = dict(params)
        return cls(
            recover=given.get("recover") is True,
            epoch=protocol.text(given, "epoch"),
            offset=protocol.whole(given, "offset"),
            reject=bool(protocol.whole(given, "flag") & REJECT_UNRECOVERED),
        )

    @property
    def position(self) -> int:
        return self.offset if self.recover else NO_HISTORY

    def answer(self, state: StreamState) -> dict[str, Any]:
        """The subscription's result. Raises ReplyError 112."""
        result: dict[str, Any] = {
            "recoverable": True,
            "positioned": True,
            "epoch": state.epoch,
            "offset": state.last,
        }
        if not self.recover:
            return result
        recovered = self.epoch == state.epoch and self.offset <= state.last and state.reaches_top_from(self.offset)
        if not recovered and self.reject:
            raise ReplyError(UNRECOVERABLE)
        result |= {"was_recovering": True, "recovered": recovered}
        if recovered:
            result["publications"] = state.publications
        return result

    async def history(self, hub: Hub, channel: str, limit: Any) -> dict[str, Any]:
        """The result of a history command: at most `limit` publications after the position (0: the position only)."""
        most = limit if type(limit) is int and 0 <= limit <= HISTORY_LIMIT else HISTORY_LIMIT if limit == -1 else 0
        after = self.offset if self.recover else 0
        state = (await hub.reads.states({channel: after if most else NO_HISTORY}, limit=max(most, 1)))[channel]
        if self.recover and (self.epoch != state.epoch or self.offset > state.last):
            raise ReplyError(UNRECOVERABLE)
        return {"publications": state.publications, "epoch": state.epoch, "offset": state.last}


class Attached:
    """Subscriptions whose history was read. `open` makes them live, right after the reply was pushed."""

    def __init__(self, hub: Hub, members: dict[str, Member], results: dict[str, dict[str, Any]]) -> None:
        self.hub, self.members, self.results = hub, members, results
        self.is_open = False

    def open(self) -> dict[str, Member]:
        self.is_open = True
        for channel, member in self.members.items():
            result = self.results[channel]
            self.hub.open(member, result["epoch"], result["offset"])
        return self.members


@asynccontextmanager
async def attach(hub: Hub, listener: Listener, wishes: Mapping[str, Wish]) -> AsyncIterator[Attached]:
    """Join the channels; whatever fails before `open` leaves them again. Raises ReplyError 112."""
    members = {channel: hub.join(channel, listener) for channel in wishes}
    attached = Attached(hub, members, {})
    try:
        if wishes:
            states = await hub.reads.states({channel: wish.position for channel, wish in wishes.items()})
            attached.results = {channel: wish.answer(states[channel]) for channel, wish in wishes.items()}
        yield attached
    finally:
        if not attached.is_open:
            for member in members.values():
                hub.leave(member)
