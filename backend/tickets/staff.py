"""Who works for the office that handles a ticket."""

from uuid import UUID

from django.db.models import Q

from backend.community.contracts import company_for, compounds_of
from backend.community.models import Company
from backend.core.clock import now, today
from backend.people.models import RoleGrant
from backend.people.roles import TABLE, Can
from backend.tickets.models import Ticket

WORKERS = [role.value for role, permissions in TABLE.items() if Can.TICKET_WORK in permissions]


def serving(ticket: Ticket) -> Company | None:
    """The company that serves the ticket's compound today; None for a ticket of the government."""
    if ticket.route != "company" or ticket.compound is None:
        return None
    return company_for(ticket.compound, today()) or ticket.company


def can_be_assigned(person_id: UUID, ticket: Ticket) -> bool:
    """Whether this person holds, now, a role that works on tickets for the handling office."""
    alive = Q(until__isnull=True) | Q(until__gt=now())
    grants = list(RoleGrant.objects.filter(alive, user_id=person_id, user__state="active", role__in=WORKERS))
    if ticket.route != "company":
        places = {ticket.community_id, ticket.community.parent_id, ticket.division_id}
        return any(grant.scope_id in places for grant in grants)
    companies = [grant.scope_id for grant in grants if grant.scope_kind == RoleGrant.Scope.COMPANY]
    compounds = {grant.scope_id for grant in grants if grant.scope_kind == RoleGrant.Scope.COMPOUND}
    return ticket.compound_id in compounds | compounds_of(companies, today())
