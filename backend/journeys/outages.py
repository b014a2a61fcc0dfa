"""A report about an outage that was announced is linked to the bulletin, so that its reporter hears when it is over."""

from typing import Any
from uuid import UUID

from backend.bulletins.actions import link_ticket
from backend.core.handoff import follows
from backend.people.actor import Actor


@follows("ticket.may-be-outage")
def link(data: dict[str, Any], key: str) -> None:
    """Link the ticket if a bulletin in force explains it; once only, whatever is repeated."""
    link_ticket(
        Actor.system("worker"),
        ticket_id=UUID(data["ticket_id"]),
        number=data["number"],
        person_id=UUID(data["person_id"]),
        subject=data["outage"],
        building_id=UUID(data["building_id"]) if data["building_id"] else None,
        compound_id=UUID(data["compound_id"]) if data["compound_id"] else None,
        division_id=UUID(data["community_id"]),
    )
