"""A person's rights over their data, and the revealing of what is masked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Status

from api.edge import PERSON, Reply, Request, Router, access, begins_work, language, page, page_of, perform
from api.schemas.jobs import JobOut
from api.schemas.privacy import (
    ConsentIn,
    ConsentOut,
    ConsentsOut,
    ErasureOut,
    LookOut,
    RevealIn,
    RevealOut,
)
from backend.core.jobs import Job
from backend.people import access_log, consents, erasure, export, reveal
from backend.people.roles import Can

router = Router(tags=["privacy"])


def _consents(request: Request) -> ConsentsOut:
    said = consents.answers(request.actor.must_be_known())
    return ConsentsOut(items=[ConsentOut.of(answer, language(request)) for answer in said])


@router.get("/me/consents", response=ConsentsOut)
@access(PERSON)
def my_consents(request: Request) -> ConsentsOut:
    """What I am asked for, what I answered, and whether I may be asked again."""
    return _consents(request)


@router.put("/me/consents/{purpose}", response=ConsentsOut)
@access(PERSON)
def answer_consent(request: Request, purpose: str, body: ConsentIn) -> Reply:
    """Agree or withdraw; what rested on a withdrawn consent is destroyed at once."""
    return perform(request, consents.answer, render=lambda _: _consents(request), purpose=purpose, **body.dict())


@router.get("/me/access-log", response=page_of(LookOut))
@access(PERSON)
def my_access_log(request: Request, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """Who looked at me: in which office, what, why, when; newest first."""
    lang = language(request)
    return page(
        request,
        access_log.looks_at(request.actor.must_be_known()),
        lambda look: LookOut.of(look, lang),
        order=("-at", "id"),
        render_all=lambda rows: [LookOut.of(look, lang) for look in access_log.shown(rows, lang)],
    )


@router.get("/me/export", response={200: JobOut, 202: JobOut})
@access(PERSON, fresh=True)
@begins_work
def export_me(request: Request) -> Any:
    """Begin a copy of everything about me, or answer how far the one of the last 24 hours is (`result_url` when done)."""
    job = export.ask(request.actor)
    return Status(200 if job.state == Job.State.DONE else 202, JobOut.of(job))


@router.post("/me/erasure", response={202: ErasureOut, 200: ErasureOut})
@access(PERSON, fresh=True)
def erase_me(request: Request) -> Reply:
    """Close my account: what is erased is gone for good, what the law keeps is named; 409 with `reasons` while a thing is open."""
    return perform(request, erasure.ask, render=ErasureOut.of, status=202)


@router.post("/people/{person_id}/reveal", response=RevealOut)
@access(Can.PERSON_REVEAL)
def reveal_person(request: Request, person_id: UUID, body: RevealIn) -> Reply:
    """Show masked fields in full, with a reason; written down and shown to the person."""
    reply = perform(request, reveal.reveal, render=RevealOut.of, keyed=False, person_id=person_id, **body.dict())
    reply["Cache-Control"] = "no-store"
    return reply
