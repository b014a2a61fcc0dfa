"""Ratings: public to read, one a visit to give, answered by the provider, hidden by an officer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.edge import PERSON, PUBLIC, Reply, Request, Router, access, page, page_of, perform
from api.schemas.ratings import RatingHideIn, RatingReplyIn, ServiceRatingIn, ServiceRatingOut, ServiceRatingPatch
from backend.core.errors import NotFound
from backend.core.queries import looking_up
from backend.directory.models import Rating, Service
from backend.directory.ratings import acting, reading
from backend.people.roles import Can

router = Router(tags=["ratings"])
OPEN = PUBLIC("what people say of services is public, under the first character of their name")


def _out(row: Rating) -> ServiceRatingOut:
    return ServiceRatingOut.of(reading.said([row])[0])


@router.get("/services/{uuid:service_id}/ratings", response=page_of(ServiceRatingOut))
@access(OPEN)
def get_ratings(request: Request, service_id: UUID) -> dict[str, Any]:
    """What people say of a service, the newest first."""
    if not Service.objects.filter(id=service_id).exists():
        raise NotFound
    with looking_up("ratings"):
        return page(
            request,
            reading.of_service(service_id),
            _out,
            render_all=lambda rows: [ServiceRatingOut.of(row) for row in reading.said(rows)],
        )


@router.post("/services/{uuid:service_id}/ratings", response={201: ServiceRatingOut, 200: ServiceRatingOut})
@access(PERSON)
def rate(request: Request, service_id: UUID, body: ServiceRatingIn) -> Reply:
    """Rate a visit; nobody rates in another's name."""
    return perform(
        request, acting.rate, render=_out, status=201, service_id=service_id, **body.dict(exclude_unset=True)
    )


@router.patch("/ratings/{uuid:rating_id}", response=ServiceRatingOut)
@access(PERSON)
def change(request: Request, rating_id: UUID, body: ServiceRatingPatch) -> Reply:
    """Change one's own within seven days."""
    return perform(request, acting.change, render=_out, rating_id=rating_id, **body.dict())


@router.post("/ratings/{uuid:rating_id}/reply", response=ServiceRatingOut)
@access(PERSON)
def reply(request: Request, rating_id: UUID, body: RatingReplyIn) -> Reply:
    """The provider's answer."""
    return perform(request, acting.reply, render=_out, rating_id=rating_id, text=body.text)


@router.post("/ratings/{uuid:rating_id}/hide", response=ServiceRatingOut)
@access(Can.DIRECTORY_REVIEW)
def hide(request: Request, rating_id: UUID, body: RatingHideIn) -> Reply:
    """Hide the words, for a reason that is audited."""
    return perform(request, acting.hide, render=_out, rating_id=rating_id, reason=body.reason)


@router.post("/ratings/{uuid:rating_id}/show", response=ServiceRatingOut)
@access(Can.DIRECTORY_REVIEW)
def show(request: Request, rating_id: UUID) -> Reply:
    """Show hidden words again."""
    return perform(request, acting.show, render=_out, rating_id=rating_id)
