"""Who sees which tickets: the one place that says so (the database repeats it, more coarsely, as a wall)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.people.actor import Actor
from backend.people.reach import Reach
from backend.people.roles import Can
from backend.tickets.flow import OPEN

if TYPE_CHECKING:
    from backend.tickets.models import Ticket


def within(reach: Reach) -> Q:
    """Tickets that these offices handle or oversee.

    A company sees its compounds' tickets while its contract runs, but not the private ones that the government handles (a
    complaint about the company is one of them).
    """
    if reach.everywhere:
        return Q()
    private_to_government = Q(visibility="home") & ~Q(route="company")
    government = Q(community_id__in=reach.communities) | Q(division_id__in=reach.divisions)
    return government | (Q(compound_id__in=reach.compounds) & ~private_to_government)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, actor: Actor) -> TicketQuerySet:
        """Own reports; what the actor's roles reach; the compound's and the public ones by category."""
        if actor.kind == "system":
            return self
        if actor.kind != "person":
            return self.none()
        seen = Q(reporter_id=subject_of(actor)) | Q(visibility="public")
        if actor.compound_ids:
            seen |= Q(visibility="compound", compound_id__in=actor.compound_ids)
        reach = actor.reach(Can.TICKET_READ)
        return self.all() if reach.everywhere else self.filter(seen | within(reach))

    def open(self) -> TicketQuerySet:
        return self.filter(state__in=[str(state) for state in OPEN])

    def overdue(self, at: datetime | None = None) -> TicketQuerySet:
        """The promise is or was broken at this moment, as `Ticket.is_overdue` says."""
        moment = Coalesce("resolved_at", "paused_at", models.Value(at or now(), output_field=models.DateTimeField()))
        return (
            self.exclude(state__in=["cancelled", "merged"])
            .annotate(stands_at=moment)
            .filter(deadline__lt=F("stands_at"))
        )


def subject_of(actor: Actor) -> UUID | None:
    """The person for whom the actor speaks: the elder when a delegate acts, else the actor."""
    return actor.acting_for or actor.person_id


def access_ticket(actor: Actor, ticket_id: UUID, *, lock: bool = False) -> Ticket:
    """The ticket, if the actor may see it; raises NotFound. `lock` holds the row until the verb commits."""
    from backend.tickets.models import Ticket

    tickets = Ticket.objects.visible_to(actor)
    if lock:
        tickets = tickets.select_for_update(of=("self",))
    ticket = tickets.filter(id=ticket_id).first()
    if ticket is None:
        raise NotFound
    return ticket
