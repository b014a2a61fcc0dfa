"""What residents say is wrong with a service, and the officers' answer."""

from __future__ import annotations

import hashlib
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Schema

from api.edge import PERSON, Reply, Request, Router, access, language, page, page_of, perform
from api.routers.photos import UPLOAD, uploaded
from api.schemas.intake import (
    CorrectionDecisionIn,
    CorrectionIn,
    CorrectionOut,
    DecisionReasonIn,
    MyCorrectionsOut,
    PictureOut,
    QueueOut,
)
from backend.core.queries import looking_up
from backend.directory.intake import corrections, pictures, queue
from backend.directory.models import Application, Correction, Proposal
from backend.people.roles import Can

router = Router(tags=["directory corrections"])

State = Literal["pending", "approved", "refused"]


class QueueQuery(Schema):
    """What waits; or what was decided."""

    state: State = "pending"
    limit: int | None = None
    cursor: str | None = None


def _shown(request: Request) -> Any:
    return lambda row: CorrectionOut.of(row, language(request))


@router.post("/directory/photos", response={201: PictureOut}, openapi_extra=UPLOAD)
@access(PERSON)
def add_photo(request: Request) -> Reply:
    """Upload one picture for a correction or an application that its uploader sends within 24 hours."""
    file = uploaded(request)
    digest = hashlib.file_digest(file, "sha256").digest()
    file.seek(0)
    return perform(request, pictures.add, render=PictureOut.of, status=201, fingerprint=digest, file=file)


@router.get("/directory/photos/{uuid:photo_id}")
@access(PERSON)
def photo(request: Request, photo_id: UUID) -> Reply:
    """The picture, for its uploader and for the officers who decide; their reading is audited."""
    response = Reply(pictures.read(request.actor, photo_id), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.post("/services/{uuid:service_id}/corrections", response={201: CorrectionOut, 200: CorrectionOut})
@access(PERSON)
def report(request: Request, service_id: UUID, body: CorrectionIn) -> Reply:
    """Say what is wrong with a service. While that waits, the same person's next word takes its place (200)."""
    return perform(
        request, corrections.report, render=_shown(request), status=201, service_id=service_id, **body.dict()
    )


@router.get("/me/corrections", response=MyCorrectionsOut)
@access(PERSON)
def mine(request: Request) -> dict[str, Any]:
    """One's own corrections, what became of them, and how many proved right."""
    rows = corrections.of_person(request.actor)
    return page(request, rows, _shown(request)) | {"confirmed": rows.filter(state="approved").count()}


@router.get("/directory/queue", response=QueueOut)
@access(Can.DIRECTORY_REVIEW)
def waiting(request: Request) -> QueueOut:
    """How much waits in the reader's communities."""
    with looking_up("directory queue"):
        return QueueOut(
            applications=queue.within(request.actor, Application).count(),
            proposals=queue.within(request.actor, Proposal).count(),
            corrections=queue.within(request.actor, Correction).count(),
        )


@router.get("/directory/corrections", response=page_of(CorrectionOut))
@access(Can.DIRECTORY_REVIEW)
def of_queue(request: Request, query: Query[QueueQuery]) -> dict[str, Any]:
    """The corrections of the reader's communities, oldest first; who sent them is not told."""
    with looking_up("directory queue"):
        rows = queue.within(request.actor, Correction, state=query.state).select_related("service__category")
        return page(request, rows, _shown(request), order=("created_at", "id"))


@router.post("/directory/corrections/{uuid:correction_id}/apply", response=CorrectionOut)
@access(Can.DIRECTORY_REVIEW)
def apply(request: Request, correction_id: UUID, body: CorrectionDecisionIn) -> Reply:
    """It is so: a closed service ends, else the values are written. The reporter is thanked."""
    return perform(
        request,
        corrections.apply,
        render=_shown(request),
        correction_id=correction_id,
        values=body.values.given() if body.values else None,
    )


@router.post("/directory/corrections/{uuid:correction_id}/dismiss", response=CorrectionOut)
@access(Can.DIRECTORY_REVIEW)
def dismiss(request: Request, correction_id: UUID, body: DecisionReasonIn) -> Reply:
    """It is not so; the reporter is told why."""
    return perform(
        request, corrections.dismiss, render=_shown(request), correction_id=correction_id, reason=body.reason
    )
