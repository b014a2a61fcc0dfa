"""People at the desk: enrolled, found by their exact phone or identity number, seen masked."""

from __future__ import annotations

from uuid import UUID

from api.edge import Reply, Request, Router, access, perform
from api.schemas.delegations import DelegationOut
from api.schemas.enrolment import CardDetailOut, CardOut, EnrolledOut, FoundOut, PersonIn, SearchIn
from backend.people import cards, enrolment, powers
from backend.people.roles import Can

router = Router(tags=["people"])


@router.post("/people", response={201: EnrolledOut})
@access(Can.PERSON_ENROL)
def enrol(request: Request, body: PersonIn) -> Reply:
    """Enrol a person into a home within reach; phone optional. 409 `already-enrolled` for a known identity number."""
    facts = body.dict() | {"contacts": [c.dict() for c in body.contacts]}
    return perform(request, enrolment.enrol, render=EnrolledOut.of, status=201, **facts)


@router.post("/people/search", response=FoundOut)
@access(Can.PERSON_READ)
def search(request: Request, body: SearchIn) -> Reply:
    """People within reach with exactly this phone or identity number; audited."""
    return perform(
        request,
        cards.search,
        render=lambda found: FoundOut(items=[CardOut.of(card) for card in found]),
        keyed=False,
        **body.dict(),
    )


@router.get("/people/{person_id}", response=CardDetailOut)
@access(Can.PERSON_READ)
def person(request: Request, person_id: UUID) -> CardDetailOut:
    """A person within reach, masked; the look is audited."""
    card = cards.card(request.actor, person_id)
    given = [DelegationOut.of(one) for one in powers.of_person(request.actor, person_id)]
    return CardDetailOut(**CardOut.of(card).dict(), delegations=given)
