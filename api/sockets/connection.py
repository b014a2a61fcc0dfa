"""One connection: its commands in order, its subscriptions, its deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import structlog

from api.problems import status_of
from api.sockets import admission, codes, protocol, rights
from api.sockets.admission import Admission
from api.sockets.codes import Close, CloseConnection, ReplyError
from api.sockets.following import follow
from api.sockets.hub import Hub, Member
from api.sockets.methods import METHODS, Call
from api.sockets.outlet import Outlet
from api.sockets.protocol import Codec, Command, Frame
from api.sockets.recovery import Wish, attach
from api.sockets.threads import run, run_first
from backend.core.errors import Refusal

log = structlog.get_logger(__name__)

PING_SECONDS, DESK_PING_SECONDS, PONG_SECONDS = 25, 2, 10
CONNECT_SECONDS = 10
MAX_CHANNELS = 128
COMMANDS_AT_ONCE, COMMANDS_A_SECOND = 300, 20
VERSION = "yike 1"


class Connection:
    """The protocol's state machine of one WebSocket. `receive` takes frames in order; `tick` comes once a second."""

    def __init__(self, hub: Hub, outlet: Outlet, headers: Mapping[str, str], codec: Codec, loop_time: float) -> None:
        self.hub, self.outlet, self.headers, self.codec = hub, outlet, headers, codec
        self.id = str(uuid4())
        self.admitted: Admission | None = None
        self.members: dict[str, Member] = {}
        self.desks: dict[str, UUID] = {}
        self.is_closing = False
        self.following = asyncio.Lock()
        self.read_at = self._now = loop_time
        self._allowance = COMMANDS_AT_ONCE
        self._ends = loop_time + CONNECT_SECONDS
        self._next_ping = float("inf")
        self._pong_due = float("inf")

    @property
    def person_id(self) -> UUID | None:
        return self.admitted.actor.person_id if self.admitted else None

    @property
    def session_id(self) -> UUID | None:
        return self.admitted.actor.session_id if self.admitted else None

    @property
    def is_watching(self) -> bool:
        """Does somebody work with this? A desk must learn within seconds that its link is gone."""
        return any(channel.partition(":")[0] in rights.WATCHED for channel in self.members)

    def push(self, frame: Frame) -> None:
        self.outlet.push(frame)

    def close(self, close: Close) -> None:
        """Tell the client to go, with a code that says whether to come back."""
        if not self.is_closing:
            self.is_closing = True
            self.leave()
            self.outlet.close(close)

    def leave(self) -> None:
        """Hear nothing more."""
        self.hub.connections.discard(self)
        for member in self.members.values():
            self.hub.leave(member)
        self.members.clear()
        self.desks.clear()

    def tick(self, loop_time: float) -> None:
        """Ping, and end what is silent, stalled, stale or expired."""
        self._now = loop_time
        self._allowance = min(COMMANDS_AT_ONCE, self._allowance + COMMANDS_A_SECOND)
        if self.outlet.is_stalled(loop_time):
            self.outlet.abandon(codes.SLOW)
        elif loop_time > self._pong_due:
            self.close(codes.NO_PONG)
        elif loop_time > self._ends:
            self.close(codes.EXPIRED if self.admitted else codes.STALE)
        elif loop_time >= self._next_ping:
            self._next_ping = loop_time + (DESK_PING_SECONDS if self.is_watching else PING_SECONDS)
            self._pong_due = min(self._pong_due, loop_time + PONG_SECONDS)
            self.push(self.codec.ping)

    async def receive(self, frame: Frame) -> None:
        """Run the frame's commands in their order."""
        try:
            for command in self.codec.decode(frame):
                if self.is_closing:
                    return
                await self._run(command)
        except CloseConnection as told:
            self.close(told.close)

    async def _run(self, command: Command) -> None:
        if command.is_pong:
            self._pong_due = float("inf")
            return
        if self.admitted is None and command.method != "connect":
            raise CloseConnection(codes.BAD_FRAME)
        work = getattr(self, f"_{command.method}", None) if command.method in protocol.METHODS else None
        try:
            if work is None:
                raise ReplyError(codes.METHOD_NOT_FOUND)
            self._count(command)
            await work(command.id, command.params)
        except ReplyError as refused:
            self.push(self.codec.error(command.id, refused))
        except Refusal as refusal:
            self.push(self.codec.error(command.id, ReplyError(status_of(refusal), refusal.code)))
        except CloseConnection:
            raise
        except Exception:
            log.exception("socket.command", method=command.method)
            self.push(self.codec.error(command.id, ReplyError(codes.INTERNAL, temporary=True)))

    def _count(self, command: Command) -> None:
        """A client that asks without end is told to wait; a call for help is never counted."""
        method = METHODS.get(str(command.params.get("method"))) if command.method == "rpc" else None
        if method is None or not method.for_alarms:
            if self._allowance <= 0:
                raise ReplyError(codes.TOO_MANY, temporary=True)
            self._allowance -= 1

    async def _connect(self, number: int, params: dict[str, Any]) -> None:
        if self.admitted is not None:
            raise CloseConnection(codes.BAD_FRAME)
        subs = params.get("subs") or {}
        if not isinstance(subs, dict):
            raise CloseConnection(codes.BAD_FRAME)
        wishes = {c: Wish.read(p) for c, p in subs.items() if isinstance(p, dict)}
        admitted = await self._admit(protocol.text(params, "token"))
        if admitted is None:
            self.push(self.codec.error(number, ReplyError(codes.UNAUTHORIZED)))
            raise CloseConnection(codes.INVALID_TOKEN)
        if admitted.is_limited and any(wish.recover for wish in wishes.values()):
            raise ReplyError(codes.TOKEN_EXPIRED)
        channels = [] if admitted.is_limited else rights.own_channels(admitted.actor)
        async with attach(self.hub, self, {c: wishes.get(c, Wish()) for c in channels}) as attached:
            self._accept(admitted)
            result: dict[str, Any] = {"client": self.id, "version": VERSION, "ping": PING_SECONDS, "pong": True}
            result |= self._lifetime() | {"data": {"limited": admitted.is_limited}, "subs": attached.results}
            self.push(self.codec.reply(number, "connect", result))
            self.members |= attached.open()
        self._next_ping = self._now + PING_SECONDS

    async def _admit(self, token: str) -> Admission | None:
        if token:
            return await self.hub.admit(token)
        if "cookie" not in self.headers:
            return None
        if not admission.is_own_page(self.headers):
            raise CloseConnection(codes.FOREIGN_ORIGIN)
        return await run(admission.by_cookie, self.headers)

    def _accept(self, admitted: Admission) -> None:
        self.admitted = admitted
        self._ends = self._now + admitted.lasts

    def _lifetime(self) -> dict[str, Any]:
        ttl = self.admitted.ttl if self.admitted else None
        return {} if ttl is None else {"expires": True, "ttl": ttl}

    async def _refresh(self, number: int, params: dict[str, Any]) -> None:
        was = self.admitted
        admitted = await self.hub.admit(protocol.text(params, "token"))
        if admitted is None or was is None or admitted.actor.person_id != was.actor.person_id:
            raise ReplyError(codes.UNAUTHORIZED)
        if admitted.is_limited:
            raise ReplyError(codes.TOKEN_EXPIRED, temporary=True)
        self._accept(admitted)
        result = {"client": self.id, "version": VERSION} | self._lifetime()
        self.push(self.codec.reply(number, "refresh", result))
        await follow(self, admitted.actor)

    async def _subscribe(self, number: int, params: dict[str, Any]) -> None:
        channel = protocol.text(params, "channel")
        if channel in self.members:
            raise ReplyError(codes.ALREADY_SUBSCRIBED)
        if len(self.members) >= MAX_CHANNELS:
            raise ReplyError(codes.LIMIT_EXCEEDED)
        if self.admitted is None or self.admitted.is_limited:
            raise ReplyError(codes.UNAUTHORIZED, temporary=True)
        actor = self.admitted.actor
        allowed = await run(rights.watch, actor, channel)
        async with attach(self.hub, self, {channel: Wish.read(params)}) as attached:
            if allowed.keeps_desk and actor.person_id is not None:
                await self.hub.sit((actor.person_id, allowed.division_id))
            if self.is_closing:
                return
            if allowed.keeps_desk:
                self.desks[channel] = allowed.division_id
            self._next_ping = min(self._next_ping, self._now + DESK_PING_SECONDS)
            self.push(self.codec.reply(number, "subscribe", attached.results[channel]))
            self.members |= attached.open()
        if self.admitted.actor is not actor:  # somebody changed these rights meanwhile
            await follow(self, self.admitted.actor)

    async def _unsubscribe(self, number: int, params: dict[str, Any]) -> None:
        channel = protocol.text(params, "channel")
        if channel.partition(":")[0] in rights.WATCHED:
            self.drop(channel)
        self.push(self.codec.reply(number, "unsubscribe", {}))

    def drop(self, channel: str) -> None:
        """Read this channel no longer."""
        member = self.members.pop(channel, None)
        if member is not None:
            self.hub.leave(member)
        self.desks.pop(channel, None)

    async def _rpc(self, number: int, params: dict[str, Any]) -> None:
        method, data = METHODS.get(protocol.text(params, "method")), params.get("data")
        if method is None or self.admitted is None:
            raise ReplyError(codes.METHOD_NOT_FOUND)
        if self.admitted.is_limited and not method.for_alarms:
            raise ReplyError(codes.PERMISSION_DENIED)
        if data is not None and not isinstance(data, dict):
            raise ReplyError.bad_request()
        call = run_first if method.for_alarms else run
        answer = await call(method.run, Call(self.admitted.actor, data or {}, frozenset(self.members)))
        self.push(self.codec.reply(number, "rpc", {"data": answer}))

    async def _history(self, number: int, params: dict[str, Any]) -> None:
        channel, since = protocol.text(params, "channel"), params.get("since")
        if channel not in self.members:
            raise ReplyError(codes.PERMISSION_DENIED)
        if params.get("reverse"):
            raise ReplyError(codes.NOT_AVAILABLE)
        wish = Wish.read({"recover": True, **since}) if isinstance(since, dict) else Wish()
        self.push(self.codec.reply(number, "history", await wish.history(self.hub, channel, params.get("limit"))))

    async def _publish(self, number: int, params: dict[str, Any]) -> None:
        raise ReplyError(codes.PERMISSION_DENIED)

    async def _presence(self, number: int, params: dict[str, Any]) -> None:
        raise ReplyError(codes.NOT_AVAILABLE)

    _presence_stats = _sub_refresh = _presence

    async def _ping(self, number: int, params: dict[str, Any]) -> None:
        self.push(self.codec.reply(number, "ping", {}))

    async def _send(self, number: int, params: dict[str, Any]) -> None:
        """One-way messages are not used here."""
