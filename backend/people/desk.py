"""Whose desk a person belongs to: what staff do to somebody's login needs a permission where that person lives."""

from __future__ import annotations

from uuid import UUID

from backend.core.errors import Forbidden, NotFound
from backend.people.actor import Actor
from backend.people.homes import in_force
from backend.people.models import User
from backend.people.roles import Can


def person_in_reach(actor: Actor, person_id: UUID, *permissions: Can) -> User:
    """The person, locked (inside a verb), if one of the permissions holds where they live or, homeless here, enrolled them.

    Raises Forbidden without any of the permissions and for oneself, NotFound when the person is out of reach.
    """
    if not any(actor.may(permission) for permission in permissions):
        raise Forbidden
    user = User.objects.select_for_update().filter(id=person_id, state=User.State.ACTIVE).first()
    if user is None or not _reaches(actor, user, permissions):
        raise NotFound
    if person_id in {actor.person_id, actor.doer_id}:
        raise Forbidden
    return user


def _reaches(actor: Actor, user: User, permissions: tuple[Can, ...]) -> bool:
    """Confirmed residencies count: a pending claim is made by whoever likes to be in reach of a desk."""
    places = list(in_force().filter(user=user).values_list("compound_id", "community_id"))
    if not places and actor.person_id is not None and user.enrolled_by_id == actor.person_id:
        return True
    return any(
        actor.may(permission, compound=compound, community=community)
        for permission in permissions
        for compound, community in places
    ) or any(actor.reach(permission).everywhere for permission in permissions)
