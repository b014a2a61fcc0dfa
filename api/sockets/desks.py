"""Who sits at a desk: the connections that keep one renew its presence lease, for as long as their person's duty there lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from api.sockets.reads import Reads
from api.sockets.threads import run
from backend.people import duty
from backend.people.actor import Actor
from notifications import presence

Pair = tuple[UUID, UUID]


class Sitting(Protocol):
    """A connection that may keep desks: channel → division."""

    @property
    def person_id(self) -> UUID | None: ...
    @property
    def desks(self) -> Mapping[str, UUID]: ...


def kept_by(connections: Iterable[Sitting]) -> set[Pair]:
    """(person, division) of every desk that these connections keep."""
    return {(c.person_id, desk) for c in connections if c.person_id is not None for desk in c.desks.values()}


async def keep_present(reads: Reads, kept: set[Pair]) -> None:
    """Renew the leases, in one statement. Whoever ended their duty at a desk is not there, though their screen still shows it,
    until they begin again; whoever never kept duty there is present by watching."""
    if not kept:
        return
    staying = kept - await run(duty.ended_by, kept)
    if staying:
        await reads.execute(presence.RENEW, presence.renewal(staying))


async def leave(reads: Reads, person_id: UUID, divisions: Iterable[UUID]) -> None:
    """The person may keep these desks no longer: presence and duty there are over now."""
    desks = sorted(set(divisions))
    if desks:
        await reads.execute(presence.END, presence.ending(person_id, desks))
        await run(duty.lapse, Actor.system("sockets"), person_id=person_id, division_ids=desks)
