"""The end of a ticket: verify, reopen, close, cancel."""

from uuid import UUID

from backend.core.clock import now
from backend.core.verb import verb
from backend.people.actor import Actor
from backend.tickets.actions.changes import begin, checked_text, finish, tell_handler, write_comment
from backend.tickets.categories import all_categories
from backend.tickets.models import Ticket


@verb("ticket.verify")
def verify(actor: Actor, *, ticket_id: UUID, note: str = "") -> Ticket:
    """The reporter, the community or a grid worker says that it is really done (核查). Raises NotFound, Forbidden, WrongStep."""
    ticket = begin(actor, ticket_id, "verify")
    if note.strip():
        write_comment(actor, ticket, checked_text(note, "note"), kind="verify")
    return finish(actor, ticket, "verify", verified_at=now())


@verb("ticket.reopen")
def reopen(actor: Actor, *, ticket_id: UUID, reason: str) -> Ticket:
    """It is not done: back to the person who had it, who is told, with a new promise.

    Raises NotFound, Forbidden, WrongStep, Invalid.
    """
    ticket = begin(actor, ticket_id, "reopen")
    write_comment(actor, ticket, checked_text(reason, "reason"), kind="reopen")
    finish(
        actor,
        ticket,
        "reopen",
        facts={"time": ticket.reopened + 1},
        reopened=ticket.reopened + 1,
        deadline=now() + all_categories()[ticket.category].promise,
        resolved_at=None,
        verified_at=None,
        ended_at=None,
    )
    tell_handler(actor, ticket, "ticket.back")
    return ticket


@verb("ticket.close")
def close(actor: Actor, *, ticket_id: UUID) -> Ticket:
    """File it (结案); only what was verified can be closed. Raises NotFound, Forbidden, WrongStep."""
    ticket = begin(actor, ticket_id, "close")
    return finish(actor, ticket, "close", ended_at=now())


@verb("ticket.cancel")
def cancel(actor: Actor, *, ticket_id: UUID, reason: str = "") -> Ticket:
    """Withdraw it before the work begins; the handler must say why. Raises NotFound, Forbidden, WrongStep, Invalid."""
    ticket = begin(actor, ticket_id, "cancel")
    if reason.strip() or ticket.reporter_id != actor.person_id:
        write_comment(actor, ticket, checked_text(reason, "reason"), kind="cancel")
    tell_handler(actor, ticket, "ticket.cancelled")
    return finish(actor, ticket, "cancel", ended_at=now())
