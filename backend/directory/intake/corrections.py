"""What residents say is wrong: reported, looked at by the officers of the place, applied or dismissed; the reporter is told.

Three people who say that a service has closed put it in doubt, and everybody is told so until an officer has looked. How many of a
person's corrections proved right is known to that person alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from backend.core import limits, vault
from backend.core.clock import now
from backend.core.errors import Forbidden, NotFound
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.directory.intake import pictures, queue, writing
from backend.directory.intake.errors import AlreadyDecided, OwnMatter
from backend.directory.intake.fields import Fault, position, words
from backend.directory.intake.membership import must_be_anothers
from backend.directory.models import Correction, Service, Status
from backend.directory.privacy_intake import TEXT
from backend.people.actor import Actor
from backend.people.roles import Can
from notifications.notices import notify

DOUBTS = 3
A_DAY = 20
PENDING, APPROVED, REFUSED = Correction.State.PENDING, Correction.State.APPROVED, Correction.State.REFUSED
Kind = Correction.Kind


def report(
    actor: Actor, *, service_id: UUID, kind: str, text: str = "", lon: float | None = None, lat: float | None = None,
    crs: str = "", photo_ids: Sequence[UUID] = (),
) -> Correction:  # fmt: skip
    """Say what is wrong with a service; while that waits, a person's next word about it takes its place.

    Where it has moved is said by words or a position with its datum. Raises NotFound, Invalid, TooMany (20 a day), PictureTaken.
    """
    person = actor.must_be_known()
    if actor.delegate_id is not None:
        raise Forbidden
    try:
        said = words("description", text)
        if len(said) > 1000:
            raise Fault("text", "too-long")
        if kind in (Kind.OTHER, Kind.HOURS, Kind.PHONE, Kind.NAME) and not said:
            raise Fault("text", "required")
        if kind == Kind.MOVED and not said and lon is None:
            raise Fault("text", "required")
        place = position(str(lon), str(lat if lat is not None else ""), crs) if lon is not None else None
    except Fault as fault:
        raise fault.refusal() from None
    limits.hit("directory.correction", str(person), limit=A_DAY, per=86_400)
    return _report(actor, service_id=service_id, kind=kind, said=said, place=place, photo_ids=photo_ids)


@verb("correction.reported")
def _report(
    actor: Actor,
    *,
    service_id: UUID,
    kind: str,
    said: str,
    place: tuple[float, float] | None,
    photo_ids: Sequence[UUID],
) -> Correction:
    person, at = actor.must_be_known(), writing.at_of(service_id)
    values = {
        "kind": kind,
        "text_sealed": vault.seal(person, TEXT, said) if said else None,
        "lon": place[0] if place else None,
        "lat": place[1] if place else None,
    }
    try:
        with transaction.atomic():
            row, is_new = Correction.objects.select_for_update().get_or_create(
                person_id=person, service_id=service_id, state=PENDING,
                defaults=values | {"community_id": queue.community_of(at)},
            )  # fmt: skip
    except IntegrityError:  # sent at the same moment from another device
        row, is_new = Correction.objects.get(person_id=person, service_id=service_id, state=PENDING), False
    if not is_new:
        Correction.objects.filter(id=row.id).update(**values)
        for name, value in values.items():
            setattr(row, name, value)
    pictures.attach(actor, photo_ids, row)
    row.is_repeat = not is_new  # type: ignore[attr-defined]  # the edge answers 200
    _doubt(at.service)
    record("correction.reported", about=row, service=str(service_id), kind=kind)
    queue.stir(row.community_id)
    return row


def _doubt(service: Service) -> None:
    """Put the service in doubt, or out of it, by how many people say now that it has closed."""
    Service.objects.select_for_update().get(pk=service.pk)
    people = Correction.objects.filter(service=service, state=PENDING, kind=Kind.CLOSED).exclude(person=None)
    is_doubted = people.values("person").distinct().count() >= DOUBTS
    if is_doubted != (service.doubted_at is not None):
        Service.objects.filter(pk=service.pk).update(doubted_at=now() if is_doubted else None, last_modified=now())


def _taken(actor: Actor, correction_id: UUID) -> Correction:
    """The locked correction, for an officer of its place. Raises NotFound, OwnMatter, AlreadyDecided."""
    row = Correction.objects.select_for_update().select_related("service").filter(id=correction_id).first()
    if row is None or not actor.may(Can.DIRECTORY_REVIEW, community=row.community_id):
        raise NotFound
    if row.person_id is not None and row.person_id == actor.person_id:
        raise OwnMatter
    must_be_anothers(actor, row.service.organization_id)
    if row.state != PENDING:
        raise AlreadyDecided
    return row


@verb("correction.applied")
def apply(actor: Actor, *, correction_id: UUID, values: Mapping[str, Any] | None = None) -> Correction:
    """It is so: a closed service ends, else the officer's `values` (see `writing.FIELDS`) are written; the reporter is thanked.

    Raises NotFound, Forbidden, AlreadyDecided (one officer of two), Invalid.
    """
    row = _taken(actor, correction_id)
    if row.kind == Kind.CLOSED:
        if row.service.status != Status.DEFUNCT:  # its source may have said so first
            writing.close(writing.at_of(row.service_id, lock=True))
        row.applied = {"status": "defunct"}
    else:
        at = writing.at_of(row.service_id, lock=True)
        wanted = writing.read(values or {})
        writing.write(at, wanted)
        row.applied = wanted
    for one in _alike(row):
        one.applied = row.applied
        _decide(actor, one, APPROVED, "", "correction.applied")
    _doubt(row.service)
    return row


@verb("correction.dismissed")
def dismiss(actor: Actor, *, correction_id: UUID, reason: str) -> Correction:
    """It is not so; the reporter is told why. Raises NotFound, Forbidden, AlreadyDecided, Invalid."""
    row = _taken(actor, correction_id)
    why = queue.reason(reason)
    for one in _alike(row):
        _decide(actor, one, REFUSED, why, "correction.dismissed")
    _doubt(row.service)
    return row


def _alike(row: Correction) -> list[Correction]:
    """This one first; and all that say of a service that it has closed, which is one question."""
    others = Correction.objects.select_for_update().filter(service=row.service_id, kind=Kind.CLOSED, state=PENDING)
    return [row, *others.exclude(id=row.id)] if row.kind == Kind.CLOSED else [row]


def _decide(actor: Actor, row: Correction, state: str, why: str, event: str) -> None:
    row.state, row.reason, row.decided_by_id, row.decided_at = state, why, actor.person_id, now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at", "applied"])
    pictures.forget_later(row)
    record(event, about=row, service=str(row.service_id), kind=row.kind, fields=sorted(row.applied))
    if row.person_id is not None:
        notify(row.person_id, event, {}, about="/api/v1/me/corrections", key=f"{event}:{row.id}")
    queue.stir(row.community_id)


def of_person(actor: Actor) -> QuerySet[Correction]:
    """One's own corrections (within `reading`); the approved ones among them are one's own to count, nobody else's."""
    return (
        Correction.objects.select_related("service__category").filter(person_id=actor.must_be_known()).order_by("-id")
    )


def text_of(row: Correction) -> str:
    """What the reporter wrote; empty without words, or when the reporter's key is gone."""
    if row.text_sealed is None or row.person_id is None:
        return ""
    try:
        with looking_up("correction"):
            return vault.unseal(row.person_id, TEXT, bytes(row.text_sealed))
    except vault.KeyDestroyed:
        return ""
