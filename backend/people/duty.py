"""Duty: who is on which desk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from backend.community.models import Division
from backend.core.clock import now
from backend.core.errors import FieldError, Forbidden, Invalid, NotFound
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.models import Duty, RoleGrant
from backend.people.roles import Can, Role
from notifications import presence


def on_duty(division_id: UUID) -> QuerySet[Duty]:
    """The open duties of a desk."""
    return Duty.objects.filter(division_id=division_id, ended_at__isnull=True).order_by("started_at")


def dispatchers_of(division_id: UUID) -> list[UUID]:
    """Persons who hold the dispatcher's role on exactly this division."""
    moment = now()
    grants = RoleGrant.objects.filter(role=Role.DISPATCHER, scope_id=division_id, user__state="active")
    return [g.user_id for g in grants.order_by("created_at") if g.until is None or g.until > moment]


def in_sight(actor: Actor) -> QuerySet[Duty]:
    """The open duties of every desk that the actor may watch."""
    reach = actor.reach(Can.DESK_WATCH)
    found = Duty.objects.filter(ended_at__isnull=True).order_by("started_at")
    return found if reach.everywhere else found.filter(division__in=reach.divisions | reach.communities)


def _own_desk(actor: Actor) -> UUID:
    """The one desk that the actor may keep. Raises Invalid when it must be named."""
    desks = actor.reach(Can.DUTY_KEEP).divisions
    if len(desks) != 1:
        raise Invalid(FieldError("/division_id", "required", "say which desk", "请指明值班台"))
    return next(iter(desks))


@verb("duty.started")
def start(actor: Actor, *, division_id: UUID | None = None) -> Duty:
    """Begin duty on a desk (one's only one when it is not named); beginning again changes nothing.

    Raises NotFound, Forbidden, Invalid.
    """
    division_id = division_id or _own_desk(actor)
    division = Division.objects.filter(id=division_id).first()
    if division is None:
        raise NotFound
    if not actor.may(Can.DUTY_KEEP, division=division_id, community=division_id):
        raise Forbidden
    row, is_new = Duty.objects.get_or_create(user_id=actor.must_be_known(), division=division, ended_at=None)
    record("duty.started" if is_new else "duty.kept", about=row, division=str(division_id))
    return row


@verb("duty.ended")
def end(actor: Actor, *, division_id: UUID | None = None) -> list[Duty]:
    """End one's duty (on one desk, or all) and one's presence there."""
    person = actor.must_be_known()
    rows = list(Duty.objects.select_for_update().filter(user_id=person, ended_at__isnull=True))
    ended = [row for row in rows if division_id in (None, row.division_id)]
    for row in ended:
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        record("duty.ended", about=row, division=str(row.division_id))
    presence.end(person, None if division_id is None else [division_id])
    return ended


@verb("duty.lapsed")
def lapse(actor: Actor, *, person_id: UUID, division_ids: Sequence[UUID]) -> list[Duty]:
    """End somebody's duty on desks that they may keep no longer; nothing to end is no error."""
    rows = list(
        Duty.objects.select_for_update().filter(user_id=person_id, division_id__in=division_ids, ended_at__isnull=True)
    )
    for row in rows:
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        record("duty.lapsed", about=row, division=str(row.division_id))
    return rows


def ended_by(pairs: set[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Those (person, division) who kept duty on that desk once and keep it no longer."""
    persons, divisions = {person for person, _ in pairs}, {division for _, division in pairs}
    theirs = Duty.objects.filter(user_id__in=persons, division_id__in=divisions)
    with looking_up("duty"):
        running = set(theirs.filter(ended_at__isnull=True).values_list("user_id", "division_id"))
        if pairs <= running:
            return set()
        return (pairs - running) & set(theirs.values_list("user_id", "division_id").distinct())
