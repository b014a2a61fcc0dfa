"""Rights on an open socket: what a person may no longer read is taken away, what is new is given, at once and in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.sockets import desks, rights
from api.sockets.recovery import Wish, attach
from api.sockets.threads import run
from backend.people.actor import Actor

if TYPE_CHECKING:
    from api.sockets.connection import Connection

NO_LONGER_ALLOWED = {"code": 2000, "reason": "no longer allowed"}


async def follow(connection: Connection, actor: Actor) -> None:
    """This is what the person may do now. Presence and duty end at a desk that they may keep no longer."""
    async with connection.following:
        admitted = connection.admitted
        if admitted is None or admitted.is_limited or connection.is_closing:
            return
        connection.admitted = replace(admitted, actor=actor)
        own = rights.own_channels(actor)
        await _take_away(connection, actor, own)
        await _give(connection, own)


async def _take_away(connection: Connection, actor: Actor, own: list[str]) -> None:
    had, sat = set(connection.members), dict(connection.desks)
    watched = [channel for channel in had if channel.partition(":")[0] in rights.WATCHED]
    kept = await run(rights.still_watches, actor, watched)
    for channel in (had - set(own) - kept.keys()) & connection.members.keys():
        connection.drop(channel)
        connection.push(connection.codec.push(channel, "unsubscribe", NO_LONGER_ALLOWED))
    for channel in kept.keys() & connection.members.keys():
        if kept[channel].keeps_desk:
            connection.desks[channel] = kept[channel].division_id
        else:
            connection.desks.pop(channel, None)
    lost = [desk for channel, desk in sat.items() if channel not in kept or not kept[channel].keeps_desk]
    if lost and actor.person_id is not None:
        await desks.leave(connection.hub.reads, actor.person_id, lost)


async def _give(connection: Connection, own: list[str]) -> None:
    wishes = {channel: Wish() for channel in own if channel not in connection.members}
    async with attach(connection.hub, connection, wishes) as attached:
        if connection.is_closing:
            return
        for channel, result in attached.results.items():
            connection.push(connection.codec.push(channel, "subscribe", result))
        connection.members |= attached.open()
