"""Long work: how far it is, and what came of it."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse

from api.edge import PERSON, Request, Router, access
from api.schemas.jobs import JobOut
from backend.core import jobs, vault
from backend.core.errors import Gone, NotFound
from backend.core.jobs import Job

router = Router(tags=["jobs"])


class ResultGone(Gone):
    """The result is kept for 72 hours only."""

    code, zh = "result-gone", "结果文件只保留 72 小时"


def _own(request: Request, job_id: UUID) -> Job:
    """The job, if it is the caller's."""
    found = Job.objects.filter(id=job_id, owner_id=request.actor.must_be_known()).first()
    if found is None:
        raise NotFound
    return found


@router.get("/jobs/{job_id}", response=JobOut)
@access(PERSON)
def job(request: Request, job_id: UUID) -> JobOut:
    """Progress of one's own long work."""
    return JobOut.of(_own(request, job_id))


@router.get("/jobs/{job_id}/result")
@access(PERSON, fresh=True)
def result(request: Request, job_id: UUID) -> HttpResponse:
    """The file that a job made; kept for 72 hours."""
    found = _own(request, job_id)
    if found.state != Job.State.DONE:
        raise NotFound
    try:
        content = jobs.result_of(found) if found.result else None
    except (FileNotFoundError, vault.KeyDestroyed):
        content = None
    if content is None:
        raise ResultGone
    response = HttpResponse(content, content_type=found.result_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.result_name)}"
    response["Cache-Control"] = "no-store"
    return response
