"""Closed for a while: a member says it and it holds at once, without anybody's approval; and opens again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.verb import record, verb
from backend.directory.bookings.closing import close_between
from backend.directory.intake.errors import AlreadyDecided
from backend.directory.intake.fields import Fault, words
from backend.directory.intake.proposals import own_service
from backend.directory.models import Closure
from backend.directory.schedules import keep_compiled
from backend.people.actor import Actor


@verb("service.paused")
def pause(
    actor: Actor,
    *,
    service_id: UUID,
    until: datetime,
    starts: datetime | None = None,
    kind: str = "other",
    reason: str = "",
) -> Closure:
    """Close a service from now (or `starts`) until an instant (both aware); what was booked in between is called off.

    Raises NotFound, NotMembers, Forbidden, Invalid.
    """
    at = own_service(actor, service_id)
    begins = max(starts or now(), now())
    if until <= begins:
        raise Invalid(FieldError("/until", "in-the-past", "must be later than the beginning", "须晚于开始时间"))
    if kind not in Closure.Kind.values:
        raise Invalid(FieldError("/kind", "unknown-kind", "not a reason on the list", "原因不在列表中"))
    try:
        why = words("reason", reason)
    except Fault as fault:
        raise fault.refusal() from None
    made = Closure.objects.create(service_at_location=at, kind=kind, starts_at=begins, ends_at=until, reason=why)
    keep_compiled(at)
    called_off = close_between(at.id, begins, until)
    record("service.paused", about=made, service=str(service_id), kind=kind, bookings=called_off)
    return made


@verb("service.resumed")
def resume(actor: Actor, *, service_id: UUID, closure_id: UUID) -> Closure:
    """Open again before the time. Raises NotFound, NotMembers, Forbidden, AlreadyDecided."""
    at = own_service(actor, service_id)
    row = Closure.objects.select_for_update().filter(id=closure_id, service_at_location=at).first()
    if row is None:
        raise NotFound
    if row.ended_at is not None or (row.ends_at is not None and row.ends_at <= now()):
        raise AlreadyDecided
    row.ended_at = max(now(), row.starts_at)
    row.save(update_fields=["ended_at"])
    keep_compiled(at)
    record("service.resumed", about=row, service=str(service_id))
    return row
