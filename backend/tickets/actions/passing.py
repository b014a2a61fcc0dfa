"""Passing a ticket on: to another office, up, or into another ticket."""

from uuid import UUID

from backend.community.contracts import company_for
from backend.community.models import Company, Division
from backend.core.clock import now, today
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.tickets.actions.changes import begin, checked_text, finish, write_comment
from backend.tickets.errors import NobodyAbove, WrongStep, wrong
from backend.tickets.flow import UNRESOLVED, State
from backend.tickets.models import Follow, Ticket
from backend.tickets.routing import Route, up_from_community
from backend.tickets.sight import access_ticket


@verb("ticket.transfer")
def transfer(actor: Actor, *, ticket_id: UUID, to: str, reason: str) -> Ticket:
    """Pass on what is not ours: `to` the `company` that serves the compound today, or to the `subdistrict`.

    Raises NotFound, Forbidden, WrongStep, Invalid.
    """
    ticket = begin(actor, ticket_id, "transfer")
    if to not in ("company", "subdistrict"):
        raise wrong("to", "unknown", "must be one of company, subdistrict", "只能转交物业公司或街道")
    if to == ticket.route:
        raise wrong("to", "already-there", "this office has it already", "已由该单位办理")
    if to == "subdistrict":
        return _pass(actor, ticket, "transfer", up_from_community(ticket.community), reason)
    company = company_for(ticket.compound, today()) if ticket.compound else None
    if company is None:
        raise wrong("to", "no-company", "no company serves this place", "该处没有物业公司服务")
    return _pass(actor, ticket, "transfer", Route("company", company=company), reason)


@verb("ticket.escalate")
def escalate(actor: Actor, *, ticket_id: UUID, reason: str) -> Ticket:
    """Pass it up: a company's to the subdistrict, a subdistrict's to the district.

    Raises NotFound, Forbidden, WrongStep, NobodyAbove.
    """
    ticket = begin(actor, ticket_id, "escalate")
    if ticket.route == "company":
        return _pass(actor, ticket, "escalate", up_from_community(ticket.community), reason)
    above = ticket.division.parent if ticket.division else None
    if above is None:
        raise NobodyAbove
    return _pass(actor, ticket, "escalate", Route("district", division=above), reason)


@verb("ticket.merge")
def merge(actor: Actor, *, ticket_id: UUID, into_id: UUID) -> Ticket:
    """Join a duplicate with another open ticket of the same category and community; its reporter follows that one.

    Raises NotFound, Forbidden, WrongStep, Invalid.
    """
    both = Ticket.objects.select_for_update(of=("self",)).filter(id__in=(ticket_id, into_id))
    list(both.order_by("id").values_list("id"))  # held in one order, so that two cannot be merged into each other
    ticket = begin(actor, ticket_id, "merge")
    into = access_ticket(actor, into_id)
    same = (into.category, into.community_id) == (ticket.category, ticket.community_id) and into.id != ticket.id
    private = ticket.visibility == "home" and into.reporter_id != ticket.reporter_id
    if not same or private:
        raise wrong("into_id", "not-the-same", "these are not reports of the same thing", "两条反映不是同一件事")
    if into.state not in (*UNRESOLVED, State.RESOLVED):
        raise WrongStep(into.state)
    people = {ticket.reporter_id, *ticket.follows.values_list("person_id", flat=True)} - {into.reporter_id}
    Follow.objects.bulk_create(
        [Follow(ticket=into, person_id=person) for person in sorted(people)], ignore_conflicts=True
    )
    record("ticket.joined", about=into, merged=ticket.id)
    return finish(
        actor,
        ticket,
        "merge",
        facts={"into": into.id},
        merged_into=into,
        ended_at=now(),
        paused_at=None,
        pause_reason="",
    )


def _pass(actor: Actor, ticket: Ticket, step: str, route: Route, reason: str) -> Ticket:
    write_comment(actor, ticket, checked_text(reason, "reason"), kind=step)
    office: Company | Division | None = route.company or route.division
    return finish(
        actor,
        ticket,
        step,
        facts={"route": route.kind, "to": office.id if office else None},
        route=route.kind,
        company=route.company,
        division=route.division,
        assignee=None,
    )
