"""Claims on homes: asked for by a person, confirmed by the desk, the community worker or a verified owner, ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, models
from django.db.models import Q

from backend.community.models import Home
from backend.core import vault
from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.core.verb import emit, record, verb
from backend.people.actor import Actor
from backend.people.models import ClaimEvidence, HomeInvitation, Residency
from backend.people.roles import Can
from notifications.notices import notify

EVIDENCE = "people.residency.evidence"
EVIDENCE_KEPT = timedelta(days=30)
MINE = "/api/v1/me/homes"
OPEN = (Residency.State.PENDING, Residency.State.CONFIRMED)
HOLDERS = (Residency.Relation.OWNER, Residency.Relation.LANDLORD)
GUESTS = (Residency.Relation.TENANT, Residency.Relation.FAMILY, Residency.Relation.CARER)
REJECTIONS = ("evidence_missing", "evidence_unclear", "wrong_home", "not_known", "other")
ENDINGS = ("moved_out", "lease_over", "sold", "mistake", "other")


class AlreadyClaimed(Conflict):
    """You have already claimed this home."""

    code, zh = "already-claimed", "您已申请过该住所"


class AlreadyDecided(Conflict):
    """This claim has been decided."""

    code, zh = "already-decided", "该申请已处理"


class AlreadyEnded(Conflict):
    """This has ended already."""

    code, zh = "already-ended", "该登记已结束"


def must_be_future(until: datetime | None, pointer: str = "/until") -> None:
    """Raise Invalid for an end that is over."""
    if until is not None and until <= now():
        raise Invalid(FieldError(pointer, "in-the-past", "this time is over", "截止时间已过"))


@verb("home.claimed")
def claim(
    actor: Actor, *, home_id: UUID, relation: str, evidence: str = "", until: datetime | None = None
) -> Residency:
    """Claim a home: `pending` until somebody who may confirms it; nothing of the home is visible before. Its owners are told.

    `evidence` is what the claimant writes about it, sealed under the claimant's key. Raises NotFound, Invalid, AlreadyClaimed.
    """
    person = actor.must_be_known()
    home = Home.objects.filter(id=home_id).first()
    if home is None:
        raise NotFound
    must_be_future(until)
    for held in Residency.objects.select_for_update().filter(user_id=person, home=home, state__in=OPEN):
        if held.until is None or held.until > now():
            raise AlreadyClaimed
        close(held, why="time", at=held.until)
    try:
        made = Residency.objects.create(
            user_id=person,
            home=home,
            community_id=home.community_id,
            compound_id=home.compound_id,
            relation=relation,
            until=until,
            evidence_sealed=vault.seal(person, EVIDENCE, evidence.strip()) if evidence.strip() else None,
        )
    except IntegrityError:  # claimed at the same moment from another device
        raise AlreadyClaimed from None
    owners = in_force().filter(home=home, relation=Residency.Relation.OWNER).exclude(user_id=person)
    for owner in owners.values_list("user_id", flat=True).distinct():
        notify(owner, "home.claimed", {}, about=f"/api/v1/homes/{home.id}/residents", key=f"claim:{made.id}")
    record("home.claimed", about=made, home=str(home.id), relation=relation)
    return made


def in_force() -> models.QuerySet[Residency]:
    """Confirmed residencies whose time is not over."""
    alive = Q(until__isnull=True) | Q(until__gt=now())
    return Residency.objects.filter(alive, state=Residency.State.CONFIRMED)


def may_decide(actor: Actor, row: Residency) -> bool:
    """The desk of the home's company, the community worker, a confirmed owner of the home; its landlord for those who are let in.

    Never one's own claim.
    """
    if row.user_id == actor.person_id:
        return False
    return keeps(actor, row) or _holds(actor, row)


def keeps(actor: Actor, row: Residency) -> bool:
    """Whether the home is within the reach of the actor's desk."""
    return actor.may(Can.HOME_CONFIRM, compound=row.compound_id, community=row.community_id)


def _holds(actor: Actor, row: Residency) -> bool:
    """Whether the actor owns the home, or lets it and the row is of somebody let in."""
    own = {d.relation for d in actor.dwellings if d.home_id == row.home_id}
    return Residency.Relation.OWNER in own or (Residency.Relation.LANDLORD in own and row.relation in GUESTS)


@verb("home.decided")
def decide(
    actor: Actor,
    *,
    home_id: UUID,
    claim_id: UUID,
    confirmed: bool,
    until: datetime | None = None,
    reason: str = "",
) -> Residency:
    """Confirm or reject a claim; the claimant is told. `until` gives the residency an end, `reason` is one of REJECTIONS.

    Raises NotFound when it is out of sight, Forbidden for one's own, AlreadyDecided, Invalid.
    """
    row = Residency.objects.select_for_update().filter(id=claim_id, home_id=home_id).first()
    if row is None:
        raise NotFound
    if not may_decide(actor, row):
        raise Forbidden if row.user_id == actor.person_id else NotFound
    if row.state != Residency.State.PENDING:
        raise AlreadyDecided
    row.until = until or row.until
    if confirmed:
        must_be_future(row.until)
    row.state = Residency.State.CONFIRMED if confirmed else Residency.State.REJECTED
    row.decided_by_id, row.decided_at = actor.person_id, now()
    row.ended_why = "" if confirmed else reason
    row.save(update_fields=["state", "until", "decided_by", "decided_at", "ended_why"])
    ClaimEvidence.objects.filter(residency=row).update(purge_at=now() + EVIDENCE_KEPT)
    what = "home.confirmed" if confirmed else "home.rejected"
    record(what, about=row, home=str(home_id), reason=row.ended_why)
    notify(row.user_id, what, {}, about=MINE, key=f"{what}:{row.id}")
    if confirmed:
        emit(f"person:{row.user_id}", "rights.changed", about=MINE)
    return row


@verb("home.ended")
def end(actor: Actor, *, home_id: UUID, residency_id: UUID, reason: str = "moved_out") -> Residency:
    """End a residency at once, or withdraw a claim: the person (moving out), an owner or landlord for those let in, the desk.

    Raises NotFound out of sight, Forbidden for an owner who would end another owner, AlreadyEnded.
    """
    row = Residency.objects.select_for_update().filter(id=residency_id, home_id=home_id).first()
    if row is None:
        raise NotFound
    is_own = row.user_id == actor.person_id
    if not is_own and not keeps(actor, row):
        if not any(d.home_id == row.home_id and d.relation in HOLDERS for d in actor.dwellings):
            raise NotFound
        if row.relation not in GUESTS:
            raise Forbidden
    _end(row, reason)
    if not is_own:
        notify(row.user_id, "home.ended", {}, about=MINE, key=f"home.ended:{row.id}")
    return row


@verb("home.left")
def leave(actor: Actor, *, residency_id: UUID, reason: str = "moved_out") -> Residency:
    """Move out, or withdraw one's claim. Raises NotFound for another's, AlreadyEnded."""
    row = Residency.objects.select_for_update().filter(id=residency_id, user_id=actor.must_be_known()).first()
    if row is None:
        raise NotFound
    return _end(row, reason)


def _end(row: Residency, reason: str) -> Residency:
    if row.state not in OPEN:
        raise AlreadyEnded
    close(row, why="withdrawn" if row.state == Residency.State.PENDING else reason, at=now())
    return row


def close(row: Residency, *, why: str, at: datetime) -> None:
    """Mark a residency as ended at a moment, and what hangs on it (inside a verb); its person's streams are asked about again."""
    row.state, row.ended_at, row.ended_why = Residency.State.ENDED, at, why
    row.save(update_fields=["state", "ended_at", "ended_why"])
    ClaimEvidence.objects.filter(residency=row, purge_at__isnull=True).update(purge_at=now() + EVIDENCE_KEPT)
    invited = HomeInvitation.objects.filter(state__in=["registered", "invited", "accepted"])
    invited.filter(residency=row).update(state="ended", ended_at=at)
    if row.relation in HOLDERS:
        own = invited.filter(home_id=row.home_id, invited_by_id=row.user_id).exclude(state="accepted")
        own.update(state="ended", ended_at=at)
    record("home.ended", about=row, home=str(row.home_id), reason=why)
    emit(f"person:{row.user_id}", "rights.changed", about=MINE)
