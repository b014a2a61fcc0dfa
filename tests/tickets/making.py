"""Builders: reports and tickets brought to a state by the verbs themselves."""

from __future__ import annotations

from typing import Any

from backend.tickets import actions
from backend.tickets.models import Ticket
from tests.cast import Cast

STREET = {"category": "street-light", "text": "路灯不亮", "lon": 116.4620, "lat": 39.9087}


def make_ticket(cast: Cast, state: str = "reported", *, reporter: str = "wang", **report: Any) -> Ticket:
    """A ticket of this person (a leaking tap at home unless said otherwise) in this state, through the real steps."""
    said = {"category": "home-water", "text": "厨房水管漏水"} | report
    ticket = actions.report(cast[reporter].actor, **said)
    for step in PATH[state]:
        take(cast, ticket, step)
    return Ticket.objects.get(id=ticket.id)


PATH = {
    "reported": [],
    "accepted": ["accept"],
    "assigned": ["accept", "assign"],
    "in_progress": ["accept", "assign", "start"],
    "paused": ["accept", "assign", "start", "pause"],
    "resolved": ["accept", "assign", "start", "resolve"],
    "verified": ["accept", "assign", "start", "resolve", "verify"],
    "closed": ["accept", "assign", "start", "resolve", "verify", "close"],
    "cancelled": ["cancel"],
}


def take(cast: Cast, ticket: Ticket, step: str) -> Ticket:
    """Take one step as the person whose part it is."""
    actor = {
        "accept": cast.manager,
        "assign": cast.manager,
        "verify": cast.wang,
        "close": cast.wang,
        "reopen": cast.wang,
        "cancel": cast.wang,
    }.get(step, cast.technician).actor
    more: dict[str, Any] = {
        "assign": {"assignee_id": cast.technician.id},
        "pause": {"reason": "waiting_for_parts"},
        "resolve": {"note": "换了水龙头"},
        "reopen": {"reason": "还在漏"},
    }.get(step, {})
    taken: Ticket = getattr(actions, step)(actor, ticket_id=ticket.id, **more)
    return taken
