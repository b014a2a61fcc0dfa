"""Claims on homes: asked for by a person, confirmed by the desk, the community worker or a verified owner, ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from backend.community.models import Home
from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.models import Residency
from backend.people.roles import Can


class AlreadyClaimed(Conflict):
    """You have already claimed this home."""

    code, zh = "already-claimed", "您已申请过该住所"


class AlreadyDecided(Conflict):
    """This claim has been decided."""

    code, zh = "already-decided", "该申请已处理"


@verb("home.claimed")
def claim(actor: Actor, *, home_id: UUID, relation: str, until: datetime | None = None) -> Residency:
    """Claim a home: `pending` until somebody who may confirms it; nothing of the home is visible before."""
    person = actor.must_be_known()
    home = Home.objects.filter(id=home_id).first()
    if home is None:
        raise NotFound
    if until is not None and until <= now():
        raise Invalid(FieldError("/until", "in-the-past", "this time is over", "截止时间已过"))
    if Residency.objects.filter(user_id=person, home=home, state__in=["pending", "confirmed"]).exists():
        raise AlreadyClaimed
    try:
        return Residency.objects.create(
            user_id=person,
            home=home,
            community_id=home.community_id,
            compound_id=home.compound_id,
            relation=relation,
            until=until,
        )
    except IntegrityError:  # claimed at the same moment from another device
        raise AlreadyClaimed from None


def may_decide(actor: Actor, row: Residency) -> bool:
    """The desk of the home's company, the community worker, or an owner of the home who is confirmed (never of one's own claim)."""
    if row.user_id == actor.person_id:
        return False
    if actor.may(Can.HOME_CONFIRM, compound=row.compound_id, community=row.community_id):
        return True
    return any(d.home_id == row.home_id and d.relation == Residency.Relation.OWNER for d in actor.dwellings)


@verb("home.decided")
def decide(actor: Actor, *, home_id: UUID, claim_id: UUID, confirmed: bool) -> Residency:
    """Confirm or reject a claim. Raises NotFound when it is out of sight, Forbidden for one's own, AlreadyDecided."""
    row = Residency.objects.select_for_update().filter(id=claim_id, home_id=home_id).first()
    if row is None:
        raise NotFound
    if not may_decide(actor, row):
        raise Forbidden if row.user_id == actor.person_id else NotFound
    if row.state != Residency.State.PENDING:
        raise AlreadyDecided
    row.state = Residency.State.CONFIRMED if confirmed else Residency.State.REJECTED
    row.decided_by_id, row.decided_at = actor.person_id, now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    record("home.confirmed" if confirmed else "home.rejected", about=row, home=str(home_id))
    return row
