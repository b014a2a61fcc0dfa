"""A report that means danger (a smell of gas, somebody in the lift) becomes an incident at the emergency desk."""

from typing import Any
from uuid import UUID

from backend.core.handoff import follows
from backend.emergency.actions.raise_for_report import raise_for_report
from backend.people.actor import Actor


@follows("ticket.dangerous")
def raise_incident(data: dict[str, Any], key: str) -> None:
    """Raise the incident of a dangerous ticket; under the same key there is never a second one."""
    home_id = data.get("home_id")
    raise_for_report(
        Actor.system("worker"),
        key=key,
        kind=data["kind"],
        home_id=UUID(home_id) if home_id else None,
        community_id=UUID(data["community_id"]),
        person_id=UUID(data["person_id"]),
        note=f"来自报事 {data['number']} / From ticket {data['number']}",
    )
