"""May this actor take this step? The handler works on it, the reporter answers for it, the overseer checks it."""

from backend.core.errors import Forbidden
from backend.people.actor import Actor
from backend.people.roles import Can
from backend.tickets.flow import allowed
from backend.tickets.models import Ticket
from backend.tickets.sight import subject_of

# Who may take a step: those who handle the ticket, those who oversee its community, its reporter.
HANDLERS = {
    "accept": Can.TICKET_ASSIGN,
    "assign": Can.TICKET_ASSIGN,
    "transfer": Can.TICKET_ASSIGN,
    "escalate": Can.TICKET_ESCALATE,
    "start": Can.TICKET_WORK,
    "pause": Can.TICKET_WORK,
    "resume": Can.TICKET_WORK,
    "resolve": Can.TICKET_WORK,
    "close": Can.TICKET_CLOSE,
    "cancel": Can.TICKET_ASSIGN,
    "merge": Can.TICKET_ASSIGN,
}
OVERSEERS = {
    "transfer": Can.TICKET_ASSIGN,
    "escalate": Can.TICKET_ESCALATE,
    "verify": Can.TICKET_VERIFY,
    "reopen": Can.TICKET_VERIFY,
    "close": Can.TICKET_CLOSE,
    "merge": Can.TICKET_ASSIGN,
}
REPORTERS = frozenset({"verify", "reopen", "close", "cancel"})


def is_reporter(actor: Actor, ticket: Ticket) -> bool:
    return ticket.reporter_id == subject_of(actor)


def handles(actor: Actor, ticket: Ticket, can: Can) -> bool:
    """The actor works for whoever serves the compound today, or for the government office that the ticket is routed to."""
    if ticket.route == "company":
        return actor.may(can, compound=ticket.compound_id) if ticket.compound_id else False
    return actor.may(can, community=ticket.community_id, division=ticket.division_id)


def oversees(actor: Actor, ticket: Ticket, can: Can) -> bool:
    """The actor looks after the community that the ticket is about."""
    return actor.may(can, community=ticket.community_id)


def may_take(actor: Actor, ticket: Ticket, step: str) -> bool:
    """Whether the actor's part in this ticket includes the step (the flow says whether it is its time)."""
    if step in REPORTERS and is_reporter(actor, ticket):
        return True
    if step in HANDLERS and handles(actor, ticket, HANDLERS[step]):
        return True
    if step == "verify" and ticket.assignee_id == actor.person_id:
        return False  # nobody checks their own work
    return step in OVERSEERS and oversees(actor, ticket, OVERSEERS[step])


def steps_for(actor: Actor, ticket: Ticket) -> list[str]:
    """The steps that this actor may take now."""
    return [step for step in allowed(ticket.state) if may_take(actor, ticket, step)]


def require_step(actor: Actor, ticket: Ticket, step: str) -> None:
    """Raises Forbidden unless `may_take`."""
    if not may_take(actor, ticket, step):
        raise Forbidden


def is_staff(actor: Actor, ticket: Ticket) -> bool:
    """The actor reads this ticket as one who handles or oversees it, not as a resident."""
    return handles(actor, ticket, Can.TICKET_READ) or oversees(actor, ticket, Can.TICKET_READ)
