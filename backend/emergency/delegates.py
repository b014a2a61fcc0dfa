"""Whoever may see a person's alarms is told when one opens: a child far away learns of it with the desk, not after it."""

from __future__ import annotations

import structlog
from django.db import transaction

from backend.core.verb import record
from backend.emergency.kinds import Kind
from backend.emergency.models import Incident
from backend.people import delegations, homes
from backend.people.roles import Power
from notifications import notices

log = structlog.get_logger(__name__)


def tell(incident: Incident) -> int:
    """Notify the delegates with `see_alarms` of the person who called, else of everybody who lives in the home (inside a verb).

    Returns how many were told. Nothing here may cost the call for help.
    """
    if incident.kind == Kind.TECHNICAL or incident.subject.startswith("report:"):
        return 0
    if incident.person_id:
        people = [incident.person_id]
    elif incident.home_id:
        people = list(homes.in_force().filter(home_id=incident.home_id).values_list("user_id", flat=True))
    else:
        return 0
    held = delegations.in_force().filter(person_id__in=people, powers__contains=[Power.SEE_ALARMS])
    told = 0
    params = {"number": str(incident.number)}
    for delegate in held.filter(delegate__state="active").values_list("delegate_id", flat=True).distinct():
        try:
            with transaction.atomic():
                key = f"delegate:{incident.id}"
                notices.notify(delegate, "incident.delegate", params, about=incident.path, urgency="emergency", key=key)
                told += 1
        except Exception as failed:
            log.error("incident.not_told", incident=str(incident.id), error=type(failed).__name__)
            record("incident.not_told", about=incident, error=type(failed).__name__)
    return told
