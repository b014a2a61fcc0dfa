"""What every verb of this room has in common: the flow is asked, the row written, and everybody who waits for it is told."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from backend.core.vault import seal
from backend.core.verb import emit, record
from backend.people.actor import Actor
from backend.tickets.errors import WrongStep, wrong
from backend.tickets.flow import STEPS
from backend.tickets.models import COMMENT, Comment, Ticket
from backend.tickets.rights import require_step
from backend.tickets.sight import access_ticket, subject_of
from notifications.notices import notify

MAX_TEXT = 4000


def begin(actor: Actor, ticket_id: UUID, step: str) -> Ticket:
    """The locked ticket, seen, permitted and ready for the step. Raises NotFound, Forbidden, WrongStep."""
    ticket = access_ticket(actor, ticket_id, lock=True)
    require_step(actor, ticket, step)
    if ticket.state not in STEPS[step].origins:
        merged = {"merged_into": str(ticket.merged_into_id)} if ticket.merged_into_id else {}
        raise WrongStep(ticket.state, **merged)
    return ticket


def finish(actor: Actor, ticket: Ticket, step: str, *, facts: dict[str, Any] | None = None, **changes: Any) -> Ticket:
    """Move the ticket to the step's state with these changes; record it, stream it, tell the reporter and followers."""
    before, boards, taken = ticket.state, boards_of(ticket), STEPS[step]
    ticket.state = taken.target.value
    for field, value in changes.items():
        setattr(ticket, field, value)
    ticket.save(update_fields=["state", *changes])
    record(f"ticket.{taken.event}", about=ticket, before=before, after=ticket.state, **(facts or {}))
    announce(ticket, taken.event, boards=boards)
    tell_residents(actor, ticket, taken.event)
    return ticket


def announce(ticket: Ticket, event: str, *, boards: Iterable[str] = (), to_reporter: bool = True) -> None:
    """Put the change on the reporter's stream and on the boards of those who handle or oversee the ticket, or did (`boards`)."""
    facts = {"number": ticket.number, "state": ticket.state, "category": ticket.category}
    channels = {*boards_of(ticket), *boards}
    if to_reporter:
        channels.add(f"person:{ticket.reporter_id}")
    for channel in sorted(channels):
        emit(channel, f"ticket.{event}", about=ticket.path, data=facts)


def boards_of(ticket: Ticket) -> list[str]:
    """The community's board; the handling government's; the compound's, which its company of the day watches.

    What is private between a resident and the government stays off the compound's board.
    """
    boards = [ticket.community_id, ticket.division_id]
    if ticket.route == "company" or ticket.visibility != "home":
        boards.append(ticket.compound_id)
    return [f"board:{place}" for place in boards if place is not None]


def tell_residents(actor: Actor, ticket: Ticket, event: str) -> None:
    """Notify the reporter and the followers, but nobody of their own act."""
    ears = {ticket.reporter_id, *ticket.follows.values_list("person_id", flat=True)} - {
        actor.person_id,
        subject_of(actor),
    }
    for person_id in sorted(ears):
        notify(person_id, f"ticket.{event}", {"number": ticket.number}, about=ticket.path)


def tell_handler(actor: Actor, ticket: Ticket, topic: str) -> None:
    """Notify the assignee, unless it is their own act."""
    if ticket.assignee_id is not None and ticket.assignee_id != actor.person_id:
        notify(ticket.assignee_id, topic, {"number": ticket.number}, about=ticket.path)


def write_comment(
    actor: Actor, ticket: Ticket, text: str, *, kind: str = "comment", visibility: str = "all"
) -> Comment:
    """Keep words with the ticket, sealed under their author."""
    author = actor.must_be_known()
    return Comment.objects.create(
        ticket=ticket, author_id=author, kind=kind, visibility=visibility, text_sealed=seal(author, COMMENT, text)
    )


def checked_text(text: str, field: str = "text") -> str:
    """The text without outer blanks. Raises Invalid when it is empty, longer than 4000 characters, or half a character."""
    clean = text.strip()
    if any("\ud800" <= letter <= "\udfff" for letter in clean):
        raise wrong(field, "not-text", "this holds half a character", "内容含有无法识别的字符")
    if not clean:
        raise wrong(field, "required", "write what it is about", "请填写内容")
    if len(clean) > MAX_TEXT:
        raise wrong(field, "too-long", f"at most {MAX_TEXT} characters", f"最多 {MAX_TEXT} 字")
    return clean
