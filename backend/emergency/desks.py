"""Which desks an incident belongs to, and who sits there.

A desk is a division whose dispatchers answer. An incident goes to the nearest one up its line (community, subdistrict, district);
where nobody was granted the role the district's desk has it, always.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from backend.community.models import Division
from backend.core.clock import now
from backend.emergency.models import Incident
from backend.people.models import Duty, RoleGrant
from backend.people.roles import Role
from notifications import presence


def line(community: Division | None) -> list[Division]:
    """The divisions from a community up to its district; without a community the district alone."""
    if community is not None:
        found: list[Division] = community.upwards()
        return found
    return [Division.objects.filter(kind="district").order_by("code")[:1].get()]


def dispatchers(divisions: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Division → its dispatchers' ids, only divisions that have any; grants in force now, of people who are not suspended."""
    live = (Q(until__isnull=True) | Q(until__gt=now())) & Q(user__state="active")
    found: dict[UUID, list[UUID]] = {}
    grants = RoleGrant.objects.filter(live, role=Role.DISPATCHER, scope_id__in=list(divisions)).order_by("id")
    for scope, user in grants.values_list("scope_id", "user_id"):
        found.setdefault(scope, []).append(user)
    return found


def answering(divisions: list[Division]) -> Division:
    """The nearest division of a line that has dispatchers, else the last (the district)."""
    staffed = dispatchers(d.id for d in divisions)
    return next((d for d in divisions if d.id in staffed), divisions[-1])


def of_incident(incident: Incident) -> list[UUID]:
    """The desks that see an incident: its own, and every division from its community up to the district."""
    up = [d.id for d in line(incident.community or incident.division)]
    return list(dict.fromkeys([incident.division_id, *up]))


def channels(incident: Incident) -> list[str]:
    """The streams of those desks."""
    return [f"desk:{division}" for division in of_incident(incident)]


def first_group(incident: Incident) -> tuple[list[UUID], bool]:
    """The dispatchers on duty at the incident's desk (all of them when none is), and whether anyone is at a screen there."""
    granted = dispatchers([incident.division_id]).get(incident.division_id, [])
    on_duty = _on_duty([incident.division_id])
    people = [p for p in granted if p in on_duty] or granted
    return people, _is_anyone_at([incident.division_id], incident)


def second_group(incident: Incident) -> tuple[list[UUID], bool]:
    """The desks above, and the desk's own people whom the first group left out; whether anyone of them is at a screen."""
    above = [d.id for d in line(incident.division)][1:]
    staffed = dispatchers([incident.division_id, *above])
    on_duty = _on_duty(above)
    people: list[UUID] = []
    for division in above:
        granted = staffed.get(division, [])
        people += [p for p in granted if p in on_duty] or granted
    first, _ = first_group(incident)
    people += [p for p in staffed.get(incident.division_id, []) if p not in first]
    return list(dict.fromkeys(people)), _is_anyone_at(above, incident)


def _is_anyone_at(divisions: list[UUID], incident: Incident) -> bool:
    """Whether one who may take the incident is at a screen of these desks; officers who only watch do not count."""
    able = {person for group in dispatchers(of_incident(incident)).values() for person in group}
    return any(person in able for division in divisions for person in presence.present(division))


def _on_duty(divisions: list[UUID]) -> set[UUID]:
    return set(Duty.objects.filter(division__in=divisions, ended_at__isnull=True).values_list("user_id", flat=True))
