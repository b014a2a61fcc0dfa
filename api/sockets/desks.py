"""Who sits at a desk: the connections that keep one renew its presence lease."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from api.sockets.reads import Reads
from notifications import presence


class Sitting(Protocol):
    """A connection that may keep desks: channel → division."""

    @property
    def person_id(self) -> UUID | None: ...
    @property
    def desks(self) -> Mapping[str, UUID]: ...


async def keep_present(reads: Reads, connections: Iterable[Sitting]) -> None:
    """Renew the leases of all desks that these connections keep, in one statement."""
    kept = {(c.person_id, desk) for c in connections if c.person_id is not None for desk in c.desks.values()}
    if kept:
        await reads.execute(presence.RENEW, presence.renewal(kept))
