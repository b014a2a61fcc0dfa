"""The handler's steps: accept, assign, start, pause, resume, resolve."""

from collections.abc import Sequence
from uuid import UUID

from backend.core.clock import now
from backend.core.verb import verb
from backend.people import reveal
from backend.people.actor import Actor
from backend.tickets.actions.changes import begin, checked_text, finish, tell_handler, write_comment
from backend.tickets.actions.photos import attach
from backend.tickets.errors import wrong
from backend.tickets.flow import PauseReason
from backend.tickets.models import Ticket
from backend.tickets.staff import can_be_assigned, serving


@verb("ticket.accept")
def accept(actor: Actor, *, ticket_id: UUID) -> Ticket:
    """Say that this office will see to it. Raises NotFound, Forbidden, WrongStep."""
    ticket = begin(actor, ticket_id, "accept")
    return finish(actor, ticket, "accept", accepted_at=now(), company=serving(ticket))


@verb("ticket.assign")
def assign(actor: Actor, *, ticket_id: UUID, assignee_id: UUID) -> Ticket:
    """Give it to a person who works for the office that handles it. Raises NotFound, Forbidden, WrongStep, Invalid."""
    ticket = begin(actor, ticket_id, "assign")
    if not can_be_assigned(assignee_id, ticket):
        raise wrong(
            "assignee_id", "assignee-not-yours", "this person does not work for the office", "此人不属于办理单位"
        )
    finish(
        actor,
        ticket,
        "assign",
        facts={"assignee": assignee_id},
        assignee_id=assignee_id,
        accepted_at=ticket.accepted_at or now(),
        company=serving(ticket),
    )
    tell_handler(actor, ticket, "ticket.yours")
    _disclose(actor, ticket, assignee_id)
    return ticket


def _disclose(actor: Actor, ticket: Ticket, handler: UUID) -> None:
    """Who is given the job reads the reporter's name: written down for the reporter to read."""
    if handler != ticket.reporter_id:
        to = handler if handler != actor.person_id else None
        reveal.disclosed(actor, ticket.reporter_id, ("name",), reason="repair", about=ticket.id, to=to)


@verb("ticket.start")
def start(actor: Actor, *, ticket_id: UUID) -> Ticket:
    """Begin the work; who starts an unassigned ticket has it. Raises NotFound, Forbidden, WrongStep."""
    ticket = begin(actor, ticket_id, "start")
    was_free, person = ticket.assignee_id is None, ticket.assignee_id or actor.must_be_known()
    finish(actor, ticket, "start", assignee_id=person, started_at=ticket.started_at or now())
    if was_free:
        _disclose(actor, ticket, person)
    return ticket


@verb("ticket.pause")
def pause(actor: Actor, *, ticket_id: UUID, reason: str, note: str = "") -> Ticket:
    """Stop the promise's clock, for one of the reasons of `PauseReason`. Raises NotFound, Forbidden, WrongStep, Invalid."""
    ticket = begin(actor, ticket_id, "pause")
    reasons = [str(known) for known in PauseReason]
    if reason not in reasons:
        raise wrong("reason", "unknown", f"must be one of {', '.join(reasons)}", "请选择暂停原因")
    if note.strip():
        write_comment(actor, ticket, checked_text(note, "note"), kind="pause")
    return finish(actor, ticket, "pause", facts={"reason": reason}, paused_at=now(), pause_reason=reason)


@verb("ticket.resume")
def resume(actor: Actor, *, ticket_id: UUID) -> Ticket:
    """Go on; the deadline moves by the length of the pause. Raises NotFound, Forbidden, WrongStep."""
    ticket = begin(actor, ticket_id, "resume")
    stood = now() - (ticket.paused_at or now())
    seconds = round(stood.total_seconds())
    return finish(
        actor,
        ticket,
        "resume",
        facts={"paused_seconds": seconds},
        deadline=ticket.deadline + stood,
        paused_at=None,
        pause_reason="",
    )


@verb("ticket.resolve")
def resolve(actor: Actor, *, ticket_id: UUID, note: str | None = None, photo_ids: Sequence[UUID] = ()) -> Ticket:
    """Say that it is done (办结) and, unless `note` is None, what was done; the reporter is asked to verify.

    Raises NotFound, Forbidden, WrongStep, Invalid.
    """
    ticket = begin(actor, ticket_id, "resolve")
    attach(actor, ticket, photo_ids, moment="after", field="photo_ids")
    if note is not None:
        write_comment(actor, ticket, checked_text(note, "note"), kind="resolution")
    return finish(actor, ticket, "resolve", facts={"photos": len(photo_ids)}, resolved_at=now())
