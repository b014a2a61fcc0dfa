"""Every two seconds: who still sits at a desk, whose login has ended, and whose rights are others now.

One query compares what the database says of all who watch desks and boards here with what their connections were admitted with;
every minute it asks about everybody. An event `rights.changed` or `login.ended` on a person's channel asks at once. Rights that
hang on more than a person's roles and homes (a company's contracts, a date) are read anew for who watches, every 10 s while
they are few, in turn when they are many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from uuid import UUID

import structlog

from api.sockets import admission, desks
from api.sockets.admission import Standing
from api.sockets.codes import FORCED
from api.sockets.connection import Connection
from api.sockets.following import follow
from api.sockets.hub import Hub
from api.sockets.threads import run
from backend.people import login
from backend.people.actor import Actor
from notifications import presence

log = structlog.get_logger(__name__)

ROUND_SECONDS = 2.0
REREAD_SECONDS = 10.0
EVERYBODY_EVERY = 30
AT_ONCE = 1_000
LOGINS_A_ROUND = 50
REREADS_A_ROUND = 20


async def stand_guard(hub: Hub) -> None:
    """Runs as long as the hub."""
    loop = asyncio.get_running_loop()
    rounds, next_round, next_renewal = 0, loop.time() + ROUND_SECONDS, loop.time()
    while True:
        await _until(hub.doubt, next_round)
        doubted = _admitted(hub.doubted)
        hub.doubted.clear()
        hub.doubt.clear()
        try:
            await _read_anew(hub, doubted)
            if loop.time() < next_round:
                continue
            rounds, next_round = rounds + 1, loop.time() + ROUND_SECONDS
            await _look(hub, rounds, loop.time())
            if loop.time() >= next_renewal:
                next_renewal = loop.time() + presence.RENEW_SECONDS - ROUND_SECONDS / 2
                await desks.keep_present(hub.reads, desks.kept_by(_admitted(hub.connections)))
        except Exception as failed:
            log.warning("guard.failed", error=type(failed).__name__)
            hub.doubted.update(doubted)  # asked again in the next round
            next_round = loop.time() + ROUND_SECONDS


async def _until(doubt: asyncio.Event, moment: float) -> None:
    try:
        async with asyncio.timeout_at(moment):
            await doubt.wait()
    except TimeoutError:
        pass


def _admitted(connections: Iterable[object]) -> list[Connection]:
    return [c for c in connections if isinstance(c, Connection) and c.session_id is not None and not c.is_closing]


async def _look(hub: Hub, rounds: int, loop_time: float) -> None:
    here = _admitted(hub.connections)
    watching = [c for c in here if c.is_watching]
    changed = await _changed(here if rounds % EVERYBODY_EVERY == 0 else watching)
    if not changed:
        due = [c for c in watching if c.read_at + REREAD_SECONDS < loop_time]
        changed = sorted(due, key=lambda c: c.read_at)[:REREADS_A_ROUND]
    await _read_anew(hub, changed)


async def _changed(connections: list[Connection]) -> list[Connection]:
    """Those whose login or rights are not what they were admitted with."""
    found = []
    for start in range(0, len(connections), AT_ONCE):
        some = connections[start : start + AT_ONCE]
        now = await run(admission.standings, {c.session_id for c in some if c.session_id is not None})
        found += [c for c in some if c.session_id is not None and not _stands(c, now.get(c.session_id))]
    return found


def _stands(connection: Connection, standing: Standing | None) -> bool:
    admitted = connection.admitted
    if standing is None or admitted is None:
        return False
    return admitted.is_limited or standing == Standing.of(admitted.actor)


async def _read_anew(hub: Hub, connections: list[Connection]) -> None:
    """Read these logins again, longest unread first; more than fit into a round are doubted until their turn."""
    waiting: dict[tuple[UUID | None, bool], list[Connection]] = {}
    for connection in sorted(connections, key=lambda c: c.read_at):
        if connection.admitted is not None and not connection.is_closing:
            waiting.setdefault((connection.session_id, connection.admitted.is_limited), []).append(connection)
    for number, ((session_id, is_limited), theirs) in enumerate(waiting.items()):
        if number >= LOGINS_A_ROUND:
            hub.doubted.update(theirs)
            continue
        actor = await run(login.session_actor, session_id, sos=is_limited)
        for connection in theirs:
            connection.read_at = asyncio.get_running_loop().time()
            await _follow(hub, connection, actor)


async def _follow(hub: Hub, connection: Connection, actor: Actor | None) -> None:
    """Send away, for good, whoever's login was revoked or who was suspended; give the others what is theirs now."""
    admitted, person = connection.admitted, connection.person_id
    if admitted is None or person is None or connection.is_closing:
        return
    if actor is None:
        connection.close(FORCED)
    elif admitted.is_limited:
        return
    elif actor.state != "active" or actor.is_limited:
        sat = list(connection.desks.values())
        connection.close(FORCED)
        await desks.leave(hub.reads, person, sat)
    else:
        await follow(connection, actor)
