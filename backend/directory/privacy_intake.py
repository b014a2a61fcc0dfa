"""What the ways into the directory hold of people."""

from __future__ import annotations

from uuid import UUID

from backend.core.catalogue import declare
from backend.core.subjects import erases, exports, rows
from backend.directory.models import Membership

declare(
    "directory.Membership",
    """
    person    behaviour  staff  contract  account  delete
    ended_by  behaviour  trace  duty      account  null
    """,
    plain="organization since ended_at",
)


@exports("directory.intake")
def exported(person_id: UUID) -> dict[str, object]:
    """The organizations that the person acts or acted for."""
    return {"memberships.json": rows(Membership.objects.filter(person_id=person_id).order_by("id"))}


@erases("directory.intake")
def erase(person_id: UUID) -> None:
    Membership.objects.filter(person_id=person_id).delete()
    Membership.objects.filter(ended_by_id=person_id).update(ended_by=None)
