"""What the ways into the directory hold of people. Words and pictures are sealed under who sent them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Model, Q

from backend.core.catalogue import declare
from backend.core.retention import keep
from backend.core.subjects import erases, exports, files_of, rows
from backend.directory.models import Application, Correction, Membership, Picture, Proposal, Sheet

TEXT = "directory.correction.text"
PICTURE = "directory.picture"
DECIDED = " community state reason decided_at"
OFFICER = "decided_by  behaviour  trace  duty  account  null"

declare(
    "directory.Membership",
    """
    person    behaviour  staff  contract  account  delete
    ended_by  behaviour  trace  duty      account  null
    """,
    plain="organization since ended_at",
)
declare(
    "directory.Application",
    f"""
    person  behaviour  staff  contract  account  delete
    phone   contact    staff  contract  account  delete
    {OFFICER}
    """,
    plain="organization name credit_code category address lon lat" + DECIDED,
)
declare(
    "directory.Proposal",
    f"""
    person  behaviour  staff  contract  account  null
    {OFFICER}
    """,
    plain="organization service is_new was wanted" + DECIDED,
)
declare(
    "directory.Correction",
    f"""
    person       behaviour  repair  contract  account  null
    text_sealed  content    repair  contract  account  key
    {OFFICER}
    """,
    plain="service kind lon lat applied" + DECIDED,
    seals={"text_sealed": (TEXT, "person_id")},
)
declare(
    "directory.Picture",
    """
    uploader  content  repair  contract  rule  delete
    file      content  repair  contract  rule  delete
    """,
    plain="application correction purge_at",
)
declare(
    "directory.Sheet",
    "owner  behaviour  staff  duty  account  null",
    plain="state name source crs allow_outside skip_bad digest file error total bad warned created updated unchanged job_id "
    "applied_at",
)
declare("directory.SheetRow", plain="sheet number external_id name told faults warnings")
declare("directory.Settled", plain="service field told")

keep(Picture, 0, by="purge_at", files=("file",))
keep(Picture, 1, only=Q(application=None, correction=None), files=("file",))


@exports("directory.intake")
def exported(person_id: UUID) -> dict[str, object]:
    """The organizations that the person acts for or asked for, what they proposed, and what they said was wrong."""
    return {
        "memberships.json": rows(Membership.objects.filter(person_id=person_id).order_by("id")),
        "provider_applications.json": rows(Application.objects.filter(person_id=person_id).order_by("id")),
        "provider_proposals.json": rows(Proposal.objects.filter(person_id=person_id).order_by("id")),
        "directory_corrections.json": rows(Correction.objects.filter(person_id=person_id).order_by("id")),
        "directory_pictures.json": rows(Picture.objects.filter(uploader_id=person_id).order_by("id")),
        "directory_sheets.json": rows(Sheet.objects.filter(owner_id=person_id).order_by("id")),
    }


@files_of("directory.intake")
def files(person_id: UUID) -> list[str]:
    return list(Picture.objects.filter(uploader_id=person_id).values_list("file", flat=True))


@erases("directory.intake")
def erase(person_id: UUID) -> None:
    """What the person asked for goes; what they proposed or corrected stays, tied to nobody; the words go with the key."""
    Picture.objects.filter(uploader_id=person_id).delete()
    Membership.objects.filter(person_id=person_id).delete()
    Application.objects.filter(person_id=person_id).delete()
    for model, column in _NAMED:
        model._default_manager.filter(**{column: person_id}).update(**{column: None})


_NAMED: tuple[tuple[type[Model], str], ...] = (
    (Membership, "ended_by"),
    (Application, "decided_by"),
    (Proposal, "person"),
    (Proposal, "decided_by"),
    (Correction, "person"),
    (Correction, "decided_by"),
    (Sheet, "owner"),
)
