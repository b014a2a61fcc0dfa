"""The details, the credit records and the guide are public; a person's checklists are theirs alone."""

from __future__ import annotations

from uuid import UUID

from backend.core.catalogue import declare
from backend.core.clock import now
from backend.core.retention import keep
from backend.core.subjects import erases, exports, moves, rows
from backend.directory.models import Checklist, ChecklistStep

declare("directory.Program", plain="organization name name_en description description_en")
declare("directory.Contact", plain="organization service title title_en department email")
declare(
    "directory.Phone",
    plain="organization service service_at_location contact number extension kind description description_en languages",
)
declare("directory.CostOption", plain="service option option_en currency amount terms terms_en valid_from valid_to")
declare("directory.RequiredDocument", plain="service document document_en uri")
declare("directory.ServiceArea", plain="service division name name_en")
declare("directory.Accessibility", plain="location description description_en details details_en url")
declare("directory.OrganizationIdentifier", plain="organization scheme kind identifier")
declare("directory.Certification", plain="service division since until withdrawn_at reason")
declare("directory.Suspension", plain="organization service division reason since until restored_at")
declare(
    "directory.GuideItem",
    plain="code category division service name name_en summary summary_en eligibility eligibility_en documents documents_en "
    "steps steps_en window window_en hours hours_en fee fee_en phone booking_url official_url is_assistance source checked_on "
    "is_current position",
)
declare("directory.LifeEvent", plain="code name name_en summary summary_en is_current position")
declare("directory.LifeStep", plain="event code guide_item category name name_en note note_en is_current position")
declare(
    "directory.Checklist",
    """
    person       behaviour  care  contract  account  delete
    event        health     care  contract  account  delete
    archived_at  behaviour  care  contract  account  delete
    """,
)
declare(
    "directory.ChecklistStep",
    """
    checklist   behaviour  care  contract  account  delete
    person      behaviour  care  contract  account  delete
    step        health     care  contract  account  delete
    booking_id  behaviour  care  contract  account  delete
    done_at     behaviour  care  contract  account  delete
    """,
)

keep(Checklist, 730, by="archived_at")


@exports("directory.checklists")
def exported(person_id: UUID) -> dict[str, object]:
    """The person's checklists and what they ticked."""
    return {
        "checklists.json": rows(Checklist.objects.filter(person_id=person_id).order_by("id")),
        "checklist_steps.json": rows(ChecklistStep.objects.filter(person_id=person_id).order_by("id")),
    }


@erases("directory.checklists")
def erase(person_id: UUID) -> None:
    ChecklistStep.objects.filter(person_id=person_id).delete()
    Checklist.objects.filter(person_id=person_id).delete()


@moves("directory.checklists")
def move(enrolled: UUID, account: UUID) -> None:
    """An open list of the account stays; the other person's list of the same event is archived beside it."""
    open_there = Checklist.objects.filter(person_id=account, archived_at__isnull=True).values("event")
    Checklist.objects.filter(person_id=enrolled, archived_at__isnull=True, event__in=open_there).update(
        archived_at=now()
    )
    Checklist.objects.filter(person_id=enrolled).update(person=account)
    ChecklistStep.objects.filter(person_id=enrolled).update(person=account)
