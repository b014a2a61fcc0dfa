"""A person's checklist for a life event: opened from the template, ticked, put away. Theirs alone; `book` lets a delegate in."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from backend.core.clock import now
from backend.core.errors import FieldError, Gone, Invalid, NotFound
from backend.core.verb import record, verb
from backend.directory.models import Booking, Checklist, ChecklistStep, LifeEvent, LifeStep
from backend.people.actor import Actor

STEPS = ChecklistStep.objects.select_related("step__guide_item", "step__category")


class ListArchived(Gone):
    """This checklist was put away."""

    code, zh = "checklist-archived", "该清单已归档"


def of(actor: Actor, *, archived: bool = False) -> QuerySet[Checklist]:
    """The person's lists, newest first, with their steps. Call inside `reading`."""
    mine = Checklist.objects.filter(person_id=actor.must_be_known(), archived_at__isnull=not archived)
    return mine.select_related("event").prefetch_related(Prefetch("steps", STEPS)).order_by("-id")


def one(actor: Actor, checklist_id: UUID) -> Checklist:
    """One of the person's lists, archived or not. Raises NotFound."""
    mine = Checklist.objects.filter(person_id=actor.must_be_known(), id=checklist_id).select_related("event")
    found = mine.prefetch_related(Prefetch("steps", STEPS)).first()
    if found is None:
        raise NotFound
    return found


@verb("checklist.opened", audited=False)
def open(actor: Actor, *, event: str) -> Checklist:  # noqa: A001 - the verb of the contract
    """Open the list of a life event, with its present steps; the same event again gives the open one. Raises Invalid."""
    person = actor.must_be_known()
    template = LifeEvent.objects.select_for_update().filter(code=event, is_current=True).first()
    if template is None:
        raise Invalid(FieldError("/event", "event-unknown", "not a code of GET /life-events", "不是已有的人生大事代码"))
    found = Checklist.objects.filter(person_id=person, event=template, archived_at__isnull=True).first()
    if found is None:
        found = Checklist.objects.create(person_id=person, event=template)
        steps = LifeStep.objects.filter(event=template, is_current=True)
        ChecklistStep.objects.bulk_create(
            [ChecklistStep(checklist=found, person_id=person, step=step) for step in steps]
        )
        record("checklist.opened", about=found)  # which event stays between the person and the list
    else:
        found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
    return found


@verb("checklist.ticked")
def tick(
    actor: Actor, *, checklist_id: UUID, step_id: UUID, done: bool = True, booking_id: UUID | None = None
) -> Checklist:
    """Tick a step or untick it; a booking of the person's may be put beside it. Raises NotFound, ListArchived, Invalid."""
    found = _held(actor, checklist_id)
    step = ChecklistStep.objects.filter(checklist=found, id=step_id).first()
    if step is None:
        raise NotFound
    if booking_id is not None:
        if not Booking.objects.filter(id=booking_id, person_id=found.person_id).exists():
            raise Invalid(
                FieldError("/booking_id", "booking-unknown", "not a booking of this person", "不是本人的预约")
            )
        step.booking_id = booking_id
    step.done_at = (step.done_at or now()) if done else None
    step.save(update_fields=["done_at", "booking_id"])
    record("checklist.ticked", about=found, done=done)
    return found


@verb("checklist.archived")
def archive(actor: Actor, *, checklist_id: UUID) -> Checklist:
    """Put the list away. Raises NotFound, ListArchived."""
    found = _held(actor, checklist_id)
    found.archived_at = now()
    found.save(update_fields=["archived_at"])
    return found


def _held(actor: Actor, checklist_id: UUID) -> Checklist:
    found = Checklist.objects.select_for_update().filter(id=checklist_id, person_id=actor.must_be_known()).first()
    if found is None:
        raise NotFound
    if found.archived_at is not None:
        raise ListArchived
    return found
