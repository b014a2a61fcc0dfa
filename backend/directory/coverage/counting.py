"""Coverage, counted by one statement over the walks that were computed ahead.

A home is covered when an active service of the category can be walked to from its building within 15 minutes. It is unknown
when its building has no position or no street within 150 m: nothing was computed from there. `homes = covered + uncovered +
unknown`, always. These are homes, not people: small numbers tell of nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from backend.directory import categories
from backend.directory.coverage.profiles import walks
from backend.directory.models import TaxonomyTerm

LISTS = ("guide-basic", "guide-quality", "beijing-8", "public")
MINUTES = 15


@dataclass(frozen=True)
class Count:
    """One category in one community. `found`: services within reach of any of its homes; `nearest_seconds`: the shortest walk."""

    community_id: UUID
    category: str
    homes: int
    covered: int
    uncovered: int
    unknown: int
    found: int
    nearest_seconds: float | None

    @property
    def share(self) -> float | None:
        """Covered ÷ (covered + uncovered), 0–1; None when nothing is known of any home."""
        known = self.covered + self.uncovered
        return round(self.covered / known, 4) if known else None


@dataclass(frozen=True)
class Gap:
    """A building (WGS-84 degrees) whose homes are not within 15 minutes of a category."""

    category: str
    building_id: UUID
    building: str
    building_en: str
    compound: str
    compound_en: str
    lon: float
    lat: float
    homes: int


def codes_of(wanted: str) -> list[str]:
    """The codes of a list, a group or a term, in the taxonomy's order. Empty if there is no such thing."""
    inside = categories.covered(wanted)
    parents = {term.parent for term in categories.terms().values()}
    return [code for code in categories.terms() if code in inside and code not in parents]


# One row a community and category: homes are summed once a building, services counted once however many buildings reach them.
_HOMES = """
WITH here AS MATERIALIZED (
  SELECT h.community_id, h.building_id, count(*) AS homes, o.building_id IS NOT NULL AS known
  FROM community_home h LEFT JOIN {origins} o ON o.building_id = h.building_id
  WHERE h.community_id = ANY(%(communities)s) GROUP BY h.community_id, h.building_id, o.building_id
), reach AS MATERIALIZED (
  SELECT here.community_id, here.building_id, here.homes, s.category_id, w.service_at_location_id AS place, w.effort
  FROM here JOIN {times} w ON w.building_id = here.building_id AND w.effort <= %(limit)s
  JOIN directory_serviceatlocation x ON x.id = w.service_at_location_id
  JOIN directory_service s ON s.id = x.service_id AND s.status = 'active' AND s.category_id = ANY(%(categories)s)
  WHERE here.known
)"""

_COUNTS = """,
totals AS (
  SELECT community_id, sum(homes)::int AS homes, coalesce(sum(homes) FILTER (WHERE NOT known), 0)::int AS unknown
  FROM here GROUP BY community_id
), covered AS (
  SELECT community_id, category_id, sum(homes)::int AS homes
  FROM (SELECT DISTINCT community_id, category_id, building_id, homes FROM reach) once GROUP BY community_id, category_id
), services AS (
  SELECT community_id, category_id, count(*)::int AS found, min(effort) AS effort
  FROM (SELECT community_id, category_id, place, min(effort) AS effort FROM reach GROUP BY 1, 2, 3) once GROUP BY 1, 2
)
SELECT t.community_id, c.category_id, t.homes, c.homes, t.unknown, s.found, s.effort
FROM totals t LEFT JOIN covered c USING (community_id) LEFT JOIN services s USING (community_id, category_id)"""

_GAPS = """
SELECT k.id, b.id, b.name, b.name_en, c.name, c.name_en, b.lon, b.lat, here.homes
FROM here CROSS JOIN unnest(%(categories)s::uuid[]) AS k(id)
JOIN community_building b ON b.id = here.building_id JOIN community_compound c ON c.id = b.compound_id
WHERE here.known AND NOT EXISTS (SELECT FROM reach r WHERE r.building_id = here.building_id AND r.category_id = k.id)
ORDER BY here.homes DESC, c.name, b.name, b.id"""


def counts(community_ids: Sequence[UUID], codes: Sequence[str], profile: str = "standard") -> list[Count]:
    """A count for every community and category, in the order given; a community without homes has zeros."""
    terms = _terms(codes)
    rows, pace = _rows(_COUNTS, community_ids, list(terms), profile)
    totals: dict[UUID, tuple[int, int]] = {}
    reached: dict[tuple[UUID, str], tuple[int, int, float]] = {}
    for community, category, homes, covered, unknown, found, effort in rows:
        totals[community] = (homes, unknown)
        if category is not None:
            reached[community, terms[category]] = (covered, found, effort)
    made = []
    for community in community_ids:
        homes, unknown = totals.get(community, (0, 0))
        for code in codes:
            covered, found, effort = reached.get((community, code), (0, 0, None))
            seconds = None if effort is None else round(effort / pace, 1)
            made.append(Count(community, code, homes, covered, homes - unknown - covered, unknown, found, seconds))
    return made


def gaps(community_id: UUID, codes: Sequence[str], profile: str = "standard") -> dict[str, list[Gap]]:
    """The buildings of a community that miss a category, most homes first, by category."""
    terms = _terms(codes)
    rows, _ = _rows(_GAPS, [community_id], list(terms), profile)
    made: dict[str, list[Gap]] = {code: [] for code in codes}
    for category, *columns in rows:
        made[terms[category]].append(Gap(terms[category], *columns))
    return made


def _terms(codes: Sequence[str]) -> dict[UUID, str]:
    return dict(TaxonomyTerm.objects.filter(code__in=codes).values_list("id", "code"))


def _rows(select: str, communities: Sequence[UUID], terms: list[UUID], profile: str) -> tuple[list[Any], float]:
    walk = walks(profile)
    values: dict[str, Any] = {
        "communities": list(communities),
        "categories": terms,
        "limit": MINUTES * 60 * walk.pace + 1e-6,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOMES.format(times=walk.times, origins=walk.origins) + select, values)
        return cursor.fetchall(), walk.pace
