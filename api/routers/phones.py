"""Changing a phone number: by oneself, or at the desk."""

from __future__ import annotations

from uuid import UUID

from api.edge import PERSON, Reply, Request, Router, access, language, perform
from api.schemas.login import DeskPhoneIn, PhoneChangeOut, PhoneIn, ReprovedOut
from api.schemas.people import MeOut
from backend.people import phone_change, phone_change_desk, reproof
from backend.people.profile import profile
from backend.people.roles import Can

router = Router(tags=["people"])


@router.post("/me/phone", response=MeOut)
@access(PERSON, fresh=True)
def change_phone(request: Request, body: PhoneIn) -> Reply:
    """Make a phone mine, with the code that was sent to it and a fresh proof by the old one. My other logins end."""
    return perform(
        request,
        phone_change.change,
        render=lambda _: MeOut.of(profile(request.actor, language(request))),
        phone=body.phone,
        code=body.code,
    )


@router.post("/me/phone-change/refuse", response=PhoneChangeOut)
@access(PERSON)
def refuse_change(request: Request) -> Reply:
    """Refuse the change of my phone that the desk asked for."""
    return perform(request, phone_change_desk.refuse, render=PhoneChangeOut.of)


@router.post("/people/{person_id}/phone", response={201: PhoneChangeOut})
@access(Can.PERSON_ENROL)
def ask_change(request: Request, person_id: UUID, body: DeskPhoneIn) -> Reply:
    """The desk asks for a person's new phone: it takes effect after 24 hours unless the old phone refuses."""
    return perform(
        request,
        phone_change_desk.ask_at_desk,
        render=PhoneChangeOut.of,
        status=201,
        person_id=person_id,
        phone=body.phone,
        reason=body.reason,
    )


@router.post("/people/{person_id}/reproof", response=ReprovedOut)
@access(PERSON)
def confirm_person(request: Request, person_id: UUID) -> Reply:
    """The desk has seen who it is: the person's limited login of the last hour becomes a full one."""
    return perform(
        request, reproof.confirm_at_desk, render=lambda user: ReprovedOut(person_id=user.id), person_id=person_id
    )
