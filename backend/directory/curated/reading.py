"""Reading themed circles: everybody sees what is published, officers see what they keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from backend.community.models import Division
from backend.core import geo
from backend.core.errors import NotFound
from backend.directory.curated.acting import curates
from backend.directory.models import CircleStop, ThemedCircle
from backend.directory.walking.streets import PACES
from backend.people.actor import Actor
from backend.people.roles import Can

State = ThemedCircle.State


@dataclass(frozen=True)
class Round:
    """A whole round at the standard pace, from the first stop to the last."""

    seconds: float
    metres: float
    is_estimate: bool

    @property
    def minutes(self) -> int:
        return ceil(self.seconds / 60)


def everything() -> QuerySet[ThemedCircle]:
    """Circles with their stops loaded (three reads for any number)."""
    places = CircleStop.objects.select_related(
        "service_at_location__service__category", "service_at_location__location"
    ).defer("service_at_location__search")
    return ThemedCircle.objects.select_related("division").prefetch_related(Prefetch("stops", places))


def published(kind: str = "", division: Division | None = None) -> QuerySet[ThemedCircle]:
    """What everybody may see; of a division also those of the places above and below it."""
    rows = everything().filter(state=State.PUBLISHED)
    if kind:
        rows = rows.filter(kind=kind)
    return rows if division is None else rows.filter(_around(division))


def kept_by(actor: Actor) -> QuerySet[ThemedCircle]:
    """Those that this person curates, in every state."""
    reach = actor.reach(Can.CIRCLE_CURATE)
    if reach.everywhere:
        return everything()
    return everything().filter(division__in=reach.divisions | reach.communities)


def one(actor: Actor, circle_id: UUID) -> ThemedCircle:
    """A published circle, or any that the reader curates. Raises NotFound."""
    row = everything().filter(id=circle_id).first()
    if row is None or (row.state != State.PUBLISHED and not curates(actor, row.division)):
        raise NotFound
    return row


def near(lon: float, lat: float, metres: float, kind: str = "", limit: int = 50) -> list[tuple[ThemedCircle, float]]:
    """Published circles with a stop within so many metres as the crow flies, the nearest stop first, and how far that is."""
    zone = geo.utm_zone(lon)
    east, north = geo.utm(lon, lat, zone)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, min(point(l.easting, l.northing) <-> point(%s, %s)) AS far FROM directory_location l "
            "JOIN directory_serviceatlocation x ON x.location_id = l.id "
            "JOIN directory_circlestop p ON p.service_at_location_id = x.id "
            "JOIN directory_themedcircle c ON c.id = p.circle_id AND c.state = 'published' "
            "WHERE l.zone = %s AND point(l.easting, l.northing) <@ circle(point(%s, %s), %s) AND (%s = '' OR c.kind = %s) "
            "GROUP BY c.id ORDER BY far, c.id LIMIT %s",
            [east, north, zone, east, north, metres, kind, kind, limit],
        )
        found = cursor.fetchall()
    rows = {row.id: row for row in everything().filter(id__in=[key for key, _ in found])}
    return [(rows[key], float(far)) for key, far in found]


def round_of(stops: Sequence[CircleStop]) -> Round:
    """The walk over these stops in order."""
    walked = [stop for stop in stops if stop.effort is not None]
    return Round(
        seconds=round(sum(stop.effort or 0 for stop in walked) / PACES["standard"], 1),
        metres=round(sum(stop.metres or 0 for stop in walked), 1),
        is_estimate=any(stop.is_estimate for stop in walked),
    )


def _around(division: Division) -> Q:
    above = [place.id for place in division.upwards()]
    return Q(division__in=above) | Q(division__parent=division.id) | Q(division__parent__parent=division.id)
