"""What officers do with themed circles: draft, change, publish, withdraw, give a cover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backend.community.models import Division
from backend.core import pictures
from backend.core.clock import now
from backend.core.errors import Conflict, NotFound
from backend.core.ids import uuid7
from backend.core.verb import after_commit, record, verb
from backend.directory.curated import rounds
from backend.directory.curated.errors import CircleStepWrong, CircleUnready, StopUnknown
from backend.directory.models import CircleStop, ServiceAtLocation, Status, ThemedCircle
from backend.people.actor import Actor
from backend.people.roles import Can

State = ThemedCircle.State
LEAST_STOPS = 2
WORDS = ("kind", "name", "name_en", "text", "text_en")


class CircleIdTaken(Conflict):
    """This id belongs to another circle."""

    code, zh = "id-taken", "该编号已被使用"


@dataclass(frozen=True)
class Stop:
    """A place on the round with what is said about it."""

    service_at_location_id: UUID
    note: str = ""
    note_en: str = ""


def nothing() -> None:
    """No version to compare with."""


@verb("circle.drafted")
def draft(
    actor: Actor,
    *,
    division_id: UUID,
    kind: str,
    name: str,
    name_en: str = "",
    text: str = "",
    text_en: str = "",
    stops: Sequence[Stop] = (),
    id: UUID | None = None,
) -> ThemedCircle:
    """Begin a circle in a division of one's own. The same `id` gives the first one. Raises Forbidden, NotFound, StopUnknown."""
    if id is not None and (found := ThemedCircle.objects.filter(id=id).first()):
        if not curates(actor, found.division):
            raise CircleIdTaken
        found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
        return found
    division = Division.objects.filter(id=division_id).first()
    if division is None:
        raise NotFound
    actor.require(Can.CIRCLE_CURATE, **_place(division))
    made = ThemedCircle.objects.create(
        id=id or uuid7(), division=division, kind=kind, name=name, name_en=name_en, text=text, text_en=text_en
    )
    _lay(made, stops)
    record("circle.drafted", about=made, kind=kind, stops=len(stops))
    return made


@verb("circle.changed")
def change(
    actor: Actor,
    /,
    *,
    circle_id: UUID,
    unchanged: Callable[[], None] = nothing,
    stops: Sequence[Stop] | None = None,
    **words: Any,
) -> ThemedCircle:
    """Change the words or the stops; `unchanged` is called once the row is held. A published circle must stay publishable.

    Raises NotFound, PreconditionFailed, StopUnknown, CircleUnready.
    """
    row = held(actor, circle_id)
    unchanged()
    for name in WORDS:
        if name in words:
            setattr(row, name, words[name])
    row.last_modified = now()
    row.save()
    if stops is not None:
        _lay(row, stops)
    if row.state == State.PUBLISHED:
        _must_be_ready(row)
    record("circle.changed", about=row, fields=sorted(words), stops=None if stops is None else len(stops))
    return row


@verb("circle.published")
def publish(actor: Actor, *, circle_id: UUID) -> ThemedCircle:
    """Show a circle to everybody. Raises NotFound, CircleStepWrong, CircleUnready."""
    row = held(actor, circle_id)
    if row.state == State.PUBLISHED:
        raise CircleStepWrong
    _must_be_ready(row)
    places = list(row.stops.select_related("service_at_location__location"))
    _lay(row, [Stop(stop.service_at_location_id, stop.note, stop.note_en) for stop in places])
    row.state, row.published_at, row.last_modified = State.PUBLISHED, now(), now()
    row.save()
    record("circle.published", about=row)
    return row


@verb("circle.withdrawn")
def withdraw(actor: Actor, *, circle_id: UUID) -> ThemedCircle:
    """Take a published circle down; it can be published again. Raises NotFound, CircleStepWrong."""
    row = held(actor, circle_id)
    if row.state != State.PUBLISHED:
        raise CircleStepWrong
    row.state, row.last_modified = State.WITHDRAWN, now()
    row.save()
    record("circle.withdrawn", about=row)
    return row


@verb("circle.covered")
def give_cover(actor: Actor, *, circle_id: UUID, file: BinaryIO) -> ThemedCircle:
    """Give a circle its picture, cleaned of everything but its pixels. Raises NotFound, PhotoBroken, PhotoTooManyPixels."""
    row = held(actor, circle_id)
    before = row.cover
    row.cover = default_storage.save(f"circles/{uuid7()}.jpg", ContentFile(pictures.develop(file).jpeg))
    row.last_modified = now()
    row.save()
    if before:
        after_commit(lambda: default_storage.delete(before))
    record("circle.covered", about=row)
    return row


def curates(actor: Actor, division: Division) -> bool:
    """Whether this person keeps the circles of a division."""
    return actor.may(Can.CIRCLE_CURATE, **_place(division))


def held(actor: Actor, circle_id: UUID) -> ThemedCircle:
    """The circle, locked, if the actor curates there. Raises NotFound for any other."""
    row = ThemedCircle.objects.select_for_update(of=("self",)).select_related("division").filter(id=circle_id).first()
    if row is None or not curates(actor, row.division):
        raise NotFound
    return row


def _place(division: Division) -> dict[str, UUID | None]:
    is_community = division.kind == Division.Kind.COMMUNITY
    return {"community": division.id} if is_community else {"division": division.id}


def _must_be_ready(row: ThemedCircle) -> None:
    open_stops = row.stops.filter(service_at_location__service__status=Status.ACTIVE).count()
    if not row.text.strip() or open_stops < LEAST_STOPS:
        raise CircleUnready


def _lay(row: ThemedCircle, stops: Sequence[Stop]) -> None:
    """Make these the stops of the round, and measure the walks between them."""
    wanted = [stop.service_at_location_id for stop in stops]
    places = {at.id: at for at in ServiceAtLocation.objects.filter(id__in=wanted).select_related("location")}
    for number, key in enumerate(wanted):
        if key not in places or key in wanted[:number]:
            raise StopUnknown(number)
    walks = [None, *rounds.legs([places[key].location for key in wanted])] if wanted else []
    row.stops.all().delete()
    CircleStop.objects.bulk_create(
        CircleStop(
            circle=row,
            position=number,
            service_at_location_id=stop.service_at_location_id,
            note=stop.note,
            note_en=stop.note_en,
            effort=leg.effort if leg else None,
            metres=leg.metres if leg else None,
            is_estimate=bool(leg and leg.is_estimate),
        )
        for number, (stop, leg) in enumerate(zip(stops, walks, strict=True))
    )
