"""What the notices of a place hold of people: who wrote them, and who is told that an outage is over."""

from __future__ import annotations

from uuid import UUID

from backend.bulletins.models import BulletinTicket
from backend.core.catalogue import declare
from backend.core.retention import keep
from backend.core.subjects import erases, exports, rows

declare(
    "bulletins.Bulletin",
    "author  behaviour  staff  duty  account  kept:anonymous",
    plain="kind subject severity state scope division compound building unit company title title_en text text_en starts_at "
    "ends_at shown_until is_pinned audience job_id closed_at",
)
declare(
    "bulletins.BulletinTicket",
    """
    ticket_id  behaviour  repair  contract  rule  delete
    person_id  behaviour  repair  contract  rule  delete
    """,
    plain="bulletin number",
)

keep(BulletinTicket, 400)


@exports("bulletins")
def exported(person_id: UUID) -> dict[str, object]:
    """Which of the person's tickets belong to an announced outage."""
    return {"announced_outages.json": rows(BulletinTicket.objects.filter(person_id=person_id))}


@erases("bulletins")
def erase(person_id: UUID) -> None:
    BulletinTicket.objects.filter(person_id=person_id).delete()
