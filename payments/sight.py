"""Which rows of this room a person may see: those of the own homes, and those of payees whose books the person may read."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from backend.core.errors import Forbidden
from backend.people.actor import Actor
from backend.people.roles import Can


def of_company(actor: Actor, *permissions: Can, prefix: str = "") -> Q:
    """Rows of the companies in which the actor holds one of the permissions (`bill:read` when none is named).

    Only a company or the whole district counts: a role on a compound does not open the bills of the water works there.
    """
    reaches = [actor.reach(permission) for permission in permissions or (Can.BILL_READ,)]
    if any(reach.everywhere for reach in reaches):
        return ~Q(pk__in=[])
    return Q(**{f"{prefix}company_id__in": frozenset[UUID]().union(*(reach.companies for reach in reaches))})


def own_or_company(actor: Actor, *permissions: Can, prefix: str = "") -> Q:
    """The actor's own homes, or `of_company`."""
    return Q(**{f"{prefix}home_id__in": actor.homes}) | of_company(actor, *permissions, prefix=prefix)


def require(actor: Actor, permission: Can, company_id: UUID | None) -> None:
    """Raise Forbidden unless the permission holds in this company; where there is no company, on the whole district."""
    if not actor.reach(permission).everywhere and (company_id is None or not actor.may(permission, company=company_id)):
        raise Forbidden
