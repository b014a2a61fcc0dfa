"""Set when a service at a location is open; close it for a time, and end that.

Done by an office that reviews the directory in the location's community, or by a member of the organization that offers it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.core.verb import record, verb
from backend.directory import hours_drafts, settling
from backend.directory.bookings.closing import close_between
from backend.directory.hours import UnreadableHours, dump, parse
from backend.directory.hours_drafts import ClosureDraft, ScheduleDraft
from backend.directory.intake.membership import organizations_of
from backend.directory.models import Closure, Schedule, ServiceAtLocation
from backend.directory.schedules import keep_compiled, rules
from backend.people.actor import Actor
from backend.people.roles import Can

Check = Callable[[], None]


class ClosureIsOver(Conflict):
    """This closure is over already."""

    code, zh = "closure-over", "该暂停已结束"


class TooManyClosures(Conflict):
    """There are too many closures ahead here; end one first."""

    code, zh = "too-many-closures", "未结束的暂停过多，请先结束一个"


MOST_CLOSURES = 20
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def may_set(actor: Actor, at: ServiceAtLocation) -> bool:
    """Whether the actor may say when this service is open at this location (`service` and `location` are read)."""
    community = at.location.community_id
    if actor.may(Can.DIRECTORY_REVIEW, community=community):
        return True
    offers = actor.may(Can.SERVICE_OFFER, community=community)
    return offers and at.service.organization_id in organizations_of(actor)


@verb("hours.set")
def set_schedules(
    actor: Actor,
    *,
    at_id: UUID,
    drafts: list[ScheduleDraft] | None = None,
    hours_text: str = "",
    make_up_day: str = "",
    check: Check | None = None,
) -> ServiceAtLocation:
    """Replace the schedules of a service at a location by `drafts`, or by what `hours_text` (OpenStreetMap's grammar) says.

    Neither: its hours become unknown. `make_up_day` (`MO` … `FR` or blank) is the weekday whose hours a weekend follows that is
    worked for a holiday. A source changes them again only when it says
    something new. Raises NotFound, Forbidden, Invalid.
    """
    at = _held(actor, at_id)
    if check is not None:
        check()
    rows = _rows(at, drafts or [], hours_text)
    if make_up_day not in ("", "MO", "TU", "WE", "TH", "FR"):
        raise Invalid(FieldError("/make_up_day", "unknown", "MO to FR, or empty", "须为 MO 到 FR，或留空"))
    settling.settle(at.service, hours=settling.said(at, "hours"))
    Schedule.objects.filter(service_at_location=at).delete()
    for row in rows:
        row.service_at_location = at
    Schedule.objects.bulk_create(rows)
    at.hours_text, at.make_up_day = hours_text, make_up_day
    keep_compiled(at)
    record("hours.set", about=at, schedules=len(rows))
    return at


@verb("hours.closed")
def close(actor: Actor, *, at_id: UUID, draft: ClosureDraft, id: UUID | None = None) -> Closure:
    """Close a service at a location for a time, whatever its schedules say; what was booked meanwhile is called off.

    The same `id` there again gives the first one.
    Raises NotFound, Forbidden, Invalid, TooManyClosures.
    """
    at = _held(actor, at_id)
    if id is not None and (found := Closure.objects.filter(id=id).first()):
        if found.service_at_location_id != at.id:
            raise Conflict
        found.is_repeat = True  # type: ignore[attr-defined]  # the edge answers 200 instead of 201
        return found
    made = hours_drafts.closure(draft)
    ahead = [row for row in Closure.objects.filter(service_at_location=at, ended_at=None) if not is_over(row)]
    if len(ahead) >= MOST_CLOSURES:
        raise TooManyClosures
    made.service_at_location = at
    made.id = id or made.id
    made.save(force_insert=True)
    keep_compiled(at)
    called_off = close_between(at.id, made.starts_at, made.ends_at or FOREVER)
    record("hours.closed", about=made, kind=made.kind, bookings=called_off)
    return made


@verb("hours.closure-ended")
def end_closure(actor: Actor, *, at_id: UUID, closure_id: UUID) -> Closure:
    """Open again before the closure's end, or call it off before it began; it stays as history.

    Raises NotFound, Forbidden, ClosureIsOver.
    """
    at = _held(actor, at_id)
    row = Closure.objects.filter(id=closure_id, service_at_location=at).first()
    if row is None:
        raise NotFound
    if is_over(row):
        raise ClosureIsOver
    row.ended_at = now().replace(second=0, microsecond=0)
    row.save(update_fields=["ended_at"])
    keep_compiled(at)
    record("hours.closure-ended", about=row)
    return row


def is_over(row: Closure) -> bool:
    """Whether the closure closes nothing any more."""
    return row.ended_at is not None or (row.ends_at is not None and row.ends_at <= now())


def _held(actor: Actor, at_id: UUID) -> ServiceAtLocation:
    """The service at the location, locked, if the actor may set its hours. Raises NotFound, Forbidden."""
    rows = ServiceAtLocation.objects.select_for_update(of=("self",)).select_related("service", "location")
    at = rows.defer("search").filter(id=at_id).first()
    if at is None:
        raise NotFound
    if not may_set(actor, at):
        raise Forbidden
    return at


def _rows(at: ServiceAtLocation, drafts: list[ScheduleDraft], hours_text: str) -> list[Schedule]:
    if not hours_text:
        return hours_drafts.schedules(drafts, at.location.timezone)
    if drafts:
        wrong = FieldError(
            "/hours_text", "ambiguous", "give schedules or hours_text", "schedules 与 hours_text 只能填一个"
        )
        raise Invalid(wrong)
    try:
        told = parse(hours_text)
    except UnreadableHours:
        wrong = FieldError(
            "/hours_text", "not-understood", "not opening hours that are understood", "无法理解的营业时间"
        )
        raise Invalid(wrong) from None
    return rules(ServiceAtLocation(hours=dump(told)))
