"""Who may read which channel."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.sockets.codes import PERMISSION_DENIED, UNKNOWN_CHANNEL, ReplyError
from backend.people.actor import Actor
from backend.people.roles import Can

WATCHED = {"desk": Can.DESK_WATCH, "board": Can.BOARD_WATCH}
OWN = ("person", "community", "compound", "building")


@dataclass(frozen=True)
class Watch:
    """Leave to read a desk's or board's channel. `keeps_desk`: reading it counts as being present at the desk."""

    division_id: UUID
    keeps_desk: bool


def own_channels(actor: Actor) -> list[str]:
    """The channels a person gets at connect: their own, and those of the homes they are confirmed to belong to."""
    if actor.person_id is None:
        return []
    places = {"community": actor.community_ids, "compound": actor.compound_ids, "building": actor.building_ids}
    return [f"person:{actor.person_id}"] + [f"{kind}:{place}" for kind, ids in places.items() for place in sorted(ids)]


def watch(actor: Actor, channel: str) -> Watch:
    """May this actor subscribe to the channel? Raises ReplyError 102 (no such channel) or 103 (not yours)."""
    kind, _, name = channel.partition(":")
    if kind in OWN:
        raise ReplyError(PERMISSION_DENIED)
    if kind not in WATCHED:
        raise ReplyError(UNKNOWN_CHANNEL)
    try:
        division_id = UUID(name)
    except ValueError:
        raise ReplyError(UNKNOWN_CHANNEL) from None
    if str(division_id) != name:
        raise ReplyError(UNKNOWN_CHANNEL)
    if not actor.may(WATCHED[kind], division=division_id):
        raise ReplyError(PERMISSION_DENIED)
    return Watch(division_id, kind == "desk" and actor.may(Can.INCIDENT_ACKNOWLEDGE, division=division_id))


def still_watches(actor: Actor, channels: list[str]) -> dict[str, Watch]:
    """Which of these the actor may still read."""
    kept = {}
    for channel in channels:
        try:
            kept[channel] = watch(actor, channel)
        except ReplyError:
            continue
    return kept
