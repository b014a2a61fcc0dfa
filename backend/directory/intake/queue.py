"""What waits for the officers of a place: applications, proposals, corrections."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.core.errors import FieldError, Invalid
from backend.core.verb import emit
from backend.directory.intake.district import Communities
from backend.directory.models import Application, Correction, Proposal, ServiceAtLocation
from backend.people.actor import Actor
from backend.people.roles import Can

D = TypeVar("D", Application, Proposal, Correction)


def community_of(at: ServiceAtLocation) -> UUID | None:
    """The community whose officers look at a service: its place's, else the nearest building's, else None (the district)."""
    return at.location.community_id or Communities().at(at.location.lon, at.location.lat)


def within(actor: Actor, model: type[D], *, state: str = "pending") -> QuerySet[D]:
    """What waits within the actor's reach, oldest first (call it within `looking_up`). Raises Forbidden."""
    actor.require(Can.DIRECTORY_REVIEW)
    reach = actor.reach(Can.DIRECTORY_REVIEW)
    rows = model._default_manager.filter(state=state).select_related("community", "person").order_by("id")
    return rows if reach.everywhere else rows.filter(Q(community_id__in=reach.communities))


def reason(text: str) -> str:
    """The reason of a refusal, cleaned. Raises Invalid when it is empty or longer than 300 characters."""
    clean = " ".join(text.split())
    if not 1 <= len(clean) <= 300:
        raise Invalid(FieldError("/reason", "required", "say why, in 1 to 300 characters", "请填写原因（300 字以内）"))
    return clean


def stir(community_id: UUID | None) -> None:
    """Tell the boards of the place that their queue is another (inside a verb)."""
    if community_id is not None:
        emit(f"board:{community_id}", "directory.queue", about="/api/v1/directory/queue")
