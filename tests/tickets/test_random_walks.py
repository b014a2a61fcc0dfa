"""Whatever is tried in whatever order, a ticket only goes where the table says, and the database agrees."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.tickets.errors import WrongStep
from backend.tickets.flow import STEPS
from backend.tickets.models import Ticket
from tests.cast import Cast
from tests.tickets.making import make_ticket, take

TRIED = [step for step in STEPS if step not in {"transfer", "escalate", "merge"}]


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(TRIED), min_size=4, max_size=14))
def test_a_ticket_only_goes_where_the_table_says(cast: Cast, steps: list[str]) -> None:
    ticket = make_ticket(cast)
    for step in steps:
        before = Ticket.objects.get(id=ticket.id).state
        if before in STEPS[step].origins:
            take(cast, ticket, step)
            assert Ticket.objects.get(id=ticket.id).state == STEPS[step].target
        else:
            with pytest.raises(WrongStep):
                take(cast, ticket, step)
            assert Ticket.objects.get(id=ticket.id).state == before
