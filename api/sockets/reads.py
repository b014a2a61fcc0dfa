"""Reads of stream tables for the hub, over an own small async pool (Django's async bridge runs every socket through one thread).

Streams hold ids and codes only and are not walled by rows: who may read a channel is decided before its first read
(`api.sockets.channels`), and the pool may read nothing else that is not walled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg_pool import AsyncConnectionPool

from api.sockets.codec_json import dump
from api.sockets.protocol import Publication
from backend.core import carriers

HISTORY_LIMIT = 1_000
NO_HISTORY = -1

_ENSURE = """
INSERT INTO notifications_stream (channel, epoch, last_offset)
SELECT c, left(replace(gen_random_uuid()::text, '-', ''), 8), 0 FROM unnest(%(channels)s::text[]) AS c
WHERE NOT EXISTS (SELECT 1 FROM notifications_stream s WHERE s.channel = c)
ORDER BY c COLLATE "C" ON CONFLICT (channel) DO NOTHING
"""
_READ = """
SELECT s.channel, s.epoch, s.last_offset, e."offset", e.event, e.about, e.at, e.data
FROM unnest(%(channels)s::text[], %(after)s::bigint[]) AS w(channel, after)
JOIN notifications_stream s ON s.channel = w.channel
LEFT JOIN LATERAL (
    SELECT v."offset", v.event, v.about, v.at, v.data::text AS data FROM notifications_streamevent v
    WHERE w.after >= 0 AND v.channel = w.channel AND v."offset" > w.after AND v."offset" <= s.last_offset
    ORDER BY v."offset" LIMIT %(limit)s
) e ON true
ORDER BY s.channel, e."offset"
"""
_TOPS = """
SELECT s.channel, s.epoch, s.last_offset FROM notifications_stream s WHERE s.channel = ANY(%(channels)s::text[])
"""


@dataclass(slots=True)
class StreamState:
    """A stream in one snapshot: its epoch, its last offset and, if asked, the events after a position."""

    epoch: str
    last: int
    publications: list[Publication] = field(default_factory=list)

    def follows(self, position: int) -> bool:
        """Is the history after `position` still there (nothing pruned in between)?"""
        if self.publications:
            return self.publications[0].offset == position + 1
        return self.last <= position

    def reaches_top_from(self, position: int) -> bool:
        """Do the events read lead without a gap from `position` to the top?"""
        if position == self.last:
            return True
        return self.follows(position) and bool(self.publications) and self.publications[-1].offset == self.last


def _publication(offset: int, event: str, about: str, at: Any, data: str) -> Publication:
    body = f'{{"event":{dump(event)},"about":{dump(about)},"at":"{at.isoformat()}","data":{data}}}'
    return Publication(offset, body, event)


class Reads:
    """Snapshots of streams. One statement each, so epoch, top and events belong together."""

    def __init__(self, *, size: int = 6) -> None:
        self._pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            kwargs={**carriers.dsn(), "autocommit": True},
            min_size=1,
            max_size=size,
            open=False,
            timeout=4.0,
            check=AsyncConnectionPool.check_connection,
            name="sockets",
        )

    async def start(self) -> None:
        await self._pool.open()

    async def stop(self) -> None:
        await self._pool.close(timeout=2.0)

    async def states(self, positions: Mapping[str, int], *, limit: int = HISTORY_LIMIT) -> dict[str, StreamState]:
        """Each channel's state; streams that nothing was written to yet are made. Position -1 asks for no events."""
        found = await self._read(positions, limit)
        if len(found) < len(positions):
            async with self._pool.connection() as connection:
                await connection.execute(_ENSURE, {"channels": [c for c in positions if c not in found]})
            found = await self._read(positions, limit)
        return found

    async def after(self, positions: Mapping[str, int], *, limit: int = HISTORY_LIMIT) -> dict[str, StreamState]:
        """The events after each position, at most `limit` a channel."""
        return await self._read(positions, limit)

    async def tops(self, channels: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Epoch and last offset of each channel."""
        async with self._pool.connection() as connection:
            rows = await connection.execute(_TOPS, {"channels": list(channels)})
            return {channel: (epoch, last) for channel, epoch, last in await rows.fetchall()}

    async def execute(self, statement: str, values: Mapping[str, Any]) -> None:
        """A statement about the leases of those who sit at desks here."""
        async with self._pool.connection() as connection:
            await connection.execute(statement, values)

    async def _read(self, positions: Mapping[str, int], limit: int) -> dict[str, StreamState]:
        values = {"channels": list(positions), "after": list(positions.values()), "limit": limit}
        states: dict[str, StreamState] = {}
        async with self._pool.connection() as connection:
            rows = await connection.execute(_READ, values)
            for channel, epoch, last, offset, event, about, at, data in await rows.fetchall():
                state = states.setdefault(channel, StreamState(epoch, last))
                if offset is not None:
                    state.publications.append(_publication(offset, event, about, at, data))
        return states
