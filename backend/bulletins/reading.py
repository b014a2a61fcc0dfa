"""Which bulletins a reader sees: everybody those of a place they ask for, a person those of their homes."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q, QuerySet

from backend.bulletins import scopes
from backend.bulletins.models import Bulletin, BulletinTicket
from backend.community.models import Building, Compound, Division, Home
from backend.core.clock import now
from backend.core.queries import looking_up
from backend.people.actor import Actor
from backend.people.roles import Can


def all_with_places() -> QuerySet[Bulletin]:
    return Bulletin.objects.select_related("division", "compound", "building", "unit")


def current() -> QuerySet[Bulletin]:
    """What is up now or announced."""
    shown = Q(shown_until__isnull=True) | Q(shown_until__gt=now())
    return all_with_places().filter(shown, state=Bulletin.State.PUBLISHED)


def of_place(
    *, community_id: UUID | None = None, compound_id: UUID | None = None, building_id: UUID | None = None
) -> Q:
    """What concerns a place: its own bulletins, those of the places above it, and those of the places inside it."""
    if building_id is not None:
        building = Building.objects.filter(id=building_id).select_related("compound").first()
        return _covers(building_id, building.compound_id, building.compound.community_id) if building else Q(pk=None)
    if compound_id is not None:
        compound = Compound.objects.filter(id=compound_id).first()
        wide = _covers(None, compound_id, compound.community_id) if compound else Q(pk=None)
        return wide | Q(compound=compound_id)
    return _covers(None, None, community_id) | Q(division=community_id) if community_id else Q()


def _covers(building_id: UUID | None, compound_id: UUID | None, division_id: UUID | None) -> Q:
    line = Division.objects.filter(id=division_id).select_related("parent__parent").first() if division_id else None
    above = [division.id for division in line.upwards()] if line else []
    found = Q(division__in=above, compound__isnull=True)
    if compound_id is not None:
        found |= Q(compound=compound_id, building__isnull=True)
    if building_id is not None:
        found |= Q(building=building_id)
    return found


def for_reader(actor: Actor) -> Q:
    """What concerns the reader's own homes, and for a desk what is up in the places where it may announce."""
    reach = actor.reach(Can.BULLETIN_WRITE)
    if reach.everywhere:
        return Q()
    desk = Q(compound__in=reach.compounds) | Q(division__in=reach.divisions | reach.communities)
    return scopes.for_homes(actor) | desk if reach else scopes.for_homes(actor)


def pinned(actor: Actor) -> QuerySet[Bulletin]:
    """What is pinned for the reader's homes, the most pressing first."""
    return current().filter(scopes.for_homes(actor), is_pinned=True).distinct().order_by("starts_at", "id")


def covering(
    subject: str, *, building_id: UUID | None, compound_id: UUID | None, division_id: UUID
) -> QuerySet[Bulletin]:
    """The bulletins in force that explain a failure of `subject` at a place, the narrowest place first.

    Not those of a single unit: a report of the next stairwell is another matter.
    """
    moment = now()
    in_force = current().filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), starts_at__lte=moment)
    here = in_force.filter(_covers(building_id, compound_id, division_id), subject=subject, unit__isnull=True)
    narrowest = [F(column).desc(nulls_last=True) for column in ("building_id", "compound_id")]
    return here.order_by(*narrowest, "-id")


def before_reporting(
    actor: Actor, outage: str, home_id: UUID | None = None, building_id: UUID | None = None
) -> QuerySet[Bulletin]:
    """What a resident is shown before a report of a failure of `outage` is filed: what is off now and what will be.

    Without a building, what concerns the actor's own homes.
    """
    if not outage:
        return Bulletin.objects.none()
    if building_id is None and home_id is not None:
        building_id = Home.objects.filter(id=home_id).values_list("building_id", flat=True).first()
    wanted = of_place(building_id=building_id) if building_id else scopes.for_homes(actor)
    return current().filter(wanted, subject=outage).distinct().order_by("starts_at", "id")


def linked(bulletin_id: UUID) -> int:
    """How many reports are linked to it (for a desk that may announce there)."""
    with looking_up("bulletin"):
        return BulletinTicket.objects.filter(bulletin=bulletin_id).count()
