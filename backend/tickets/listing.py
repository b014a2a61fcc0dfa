"""The list of tickets and its filters."""

from uuid import UUID

from django.db.models import Q

from backend.core.errors import FieldError, Invalid
from backend.people.actor import Actor
from backend.tickets.categories import all_categories, named_like
from backend.tickets.flow import OPEN, State
from backend.tickets.models import Ticket
from backend.tickets.reading import WITH
from backend.tickets.sight import TicketQuerySet, subject_of


def tickets(
    actor: Actor,
    *,
    mine: bool = False,
    state: str = "",
    community_id: UUID | None = None,
    compound_id: UUID | None = None,
    category: str = "",
    assignee: UUID | None = None,
    overdue: bool | None = None,
    q: str = "",
) -> TicketQuerySet:
    """Tickets in the actor's sight, filtered. Raises Invalid for an unknown state.

    `state`: one, several with commas, or `open`. `overdue`: the promise is broken. `q`: part of a number or of a category's name
    (the words of a report are sealed and cannot be searched).
    """
    found = Ticket.objects.visible_to(actor).select_related(*(path for path in WITH if path != "photos"))
    if mine:
        found = found.filter(reporter_id=subject_of(actor))
    if state:
        found = found.filter(state__in=_states(state))
    if overdue is not None:
        late = Ticket.objects.overdue().values("id")
        found = found.filter(id__in=late) if overdue else found.exclude(id__in=late)
    words = q.replace("\0", "").strip()
    if words:
        found = found.filter(Q(number__icontains=words) | Q(category__in=named_like(words)))
    if category:
        found = found.filter(category=category) if category in all_categories() else found.none()
    exact = {"community_id": community_id, "compound_id": compound_id, "assignee_id": assignee}
    return found.filter(**{field: value for field, value in exact.items() if value})


def _states(text: str) -> list[str]:
    wanted: set[str] = set()
    for word in text.split(","):
        if word == "open":
            wanted |= {str(state) for state in OPEN}
        elif word in [str(state) for state in State]:
            wanted.add(word)
        else:
            raise Invalid(FieldError("?state", "unknown", f"open, {', '.join(State)}", "没有这个状态"))
    return sorted(wanted)
