"""Words and marks beside the steps: comment, rate, follow."""

from uuid import UUID

from backend.core.errors import Forbidden
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.tickets.actions.changes import announce, checked_text, tell_handler, tell_residents, write_comment
from backend.tickets.errors import WrongStep, wrong
from backend.tickets.flow import State
from backend.tickets.models import Comment, Follow, Ticket
from backend.tickets.rights import is_reporter, is_staff
from backend.tickets.sight import access_ticket

VISIBILITIES = ("all", "staff")


@verb("ticket.comment")
def comment(actor: Actor, *, ticket_id: UUID, text: str, visibility: str = "all") -> Comment:
    """The reporter and the staff speak with each other; `staff` words stay among staff. A merged ticket takes no more words.

    Raises NotFound, Forbidden, WrongStep, Invalid.
    """
    ticket = access_ticket(actor, ticket_id, lock=True)
    staff = is_staff(actor, ticket)
    if not (staff or is_reporter(actor, ticket)) or (visibility == "staff" and not staff):
        raise Forbidden
    if visibility not in VISIBILITIES:
        raise wrong("visibility", "unknown", "must be one of all, staff", "可见范围不正确")
    if ticket.state == State.MERGED:
        raise WrongStep(ticket.state, merged_into=str(ticket.merged_into_id))
    made = write_comment(actor, ticket, checked_text(text), visibility=visibility)
    record("ticket.commented", about=ticket, comment=made.id, visibility=visibility)
    announce(ticket, "commented", to_reporter=visibility == "all")
    if visibility == "all":
        tell_residents(actor, ticket, "commented")
    tell_handler(actor, ticket, "ticket.commented")
    return made


@verb("ticket.rate")
def rate(actor: Actor, *, ticket_id: UUID, stars: int, text: str = "") -> Ticket:
    """The reporter's satisfaction, 1 to 5, once it is resolved; the last word counts.

    Raises NotFound, Forbidden, WrongStep, Invalid.
    """
    ticket = access_ticket(actor, ticket_id, lock=True)
    if not is_reporter(actor, ticket):
        raise Forbidden
    if ticket.state not in (State.RESOLVED, State.VERIFIED, State.CLOSED):
        raise WrongStep(ticket.state)
    if not 1 <= stars <= 5:
        raise wrong("stars", "out-of-range", "1 to 5", "须为 1 至 5")
    ticket.rating = stars
    ticket.save(update_fields=["rating"])
    if text.strip():
        write_comment(actor, ticket, checked_text(text), kind="rating")
    record("ticket.rated", about=ticket, stars=stars)
    return ticket


@verb("ticket.follow")
def follow(actor: Actor, *, ticket_id: UUID) -> Ticket:
    """Hear of a ticket that another person reported. Raises NotFound."""
    ticket = access_ticket(actor, ticket_id)
    person = actor.must_be_known()
    if ticket.reporter_id != person:
        Follow.objects.bulk_create([Follow(ticket=ticket, person_id=person)], ignore_conflicts=True)
    record("ticket.followed", about=ticket)
    return ticket
