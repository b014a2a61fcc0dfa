"""Every five seconds: who still sits at a desk, and whose login has ended."""

from __future__ import annotations

import asyncio

import structlog

from api.sockets.admission import still_logged_in
from api.sockets.codes import FORCED
from api.sockets.connection import Connection
from api.sockets.desks import keep_present
from api.sockets.hub import Hub
from api.sockets.threads import run
from notifications import presence

log = structlog.get_logger(__name__)

EVERYBODY_EVERY = 12
AT_ONCE = 1_000


async def stand_guard(hub: Hub) -> None:
    """Runs as long as the hub. A revoked login loses a desk's socket within 5 s, any other within a minute."""
    rounds = 0
    while True:
        await asyncio.sleep(presence.RENEW_SECONDS)
        rounds += 1
        admitted = [c for c in hub.connections if isinstance(c, Connection) and c.session_id is not None]
        asked = admitted if rounds % EVERYBODY_EVERY == 0 else [c for c in admitted if c.desks]
        try:
            await end_revoked(asked)
            await keep_present(hub.reads, [c for c in admitted if c.desks])
        except Exception as failed:
            log.warning("guard.failed", error=type(failed).__name__)


async def end_revoked(connections: list[Connection]) -> None:
    """Send away, for good, whoever's login was revoked."""
    for start in range(0, len(connections), AT_ONCE):
        some = connections[start : start + AT_ONCE]
        alive = await run(still_logged_in, {c.session_id for c in some if c.session_id is not None})
        for connection in some:
            if connection.session_id not in alive:
                connection.close(FORCED)
