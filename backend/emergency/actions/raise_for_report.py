"""A report from another room that means danger: the desk gets an incident, once."""

from __future__ import annotations

import json
from uuid import UUID

from backend.community.models import Division
from backend.core.errors import Forbidden
from backend.core.verb import verb
from backend.emergency.intake import Arrival, keep, take_key
from backend.emergency.kinds import PRIORITY, Identity, Kind
from backend.emergency.models import Incident
from backend.emergency.opening import Call, open_or_join
from backend.people.actor import Actor

SOURCE = "report"


@verb("alarm.raise_for_report", audited=False)
def raise_for_report(
    actor: Actor,
    *,
    key: str,
    kind: str,
    home_id: UUID | None,
    community_id: UUID | None,
    person_id: UUID,
    note: str,
) -> Incident:
    """Open the incident of a report by this person (a system verb). The same `key` again gives the first incident.

    An unknown `kind` becomes `unidentified`. `note` is for the desk and holds no personal data. Raises Forbidden for persons.
    """
    if actor.kind != "system":
        raise Forbidden
    said = {"kind": kind, "home_id": home_id, "note": note}
    raw = json.dumps(said, default=str, ensure_ascii=False).encode()
    arrival = Arrival(SOURCE, key, "report", raw, owner_id=person_id, person_id=person_id, community_id=community_id)
    signal_key, is_new = take_key(arrival)
    if not is_new:
        return Incident.objects.get(id=signal_key.settled)
    told = Kind(kind) if kind in Kind.values else Kind.UNIDENTIFIED
    incident = open_or_join(
        Call(
            subject=f"{SOURCE}:{signal_key.signal_id}",
            kind=told,
            priority=PRIORITY[told],
            identity=Identity.VERIFIED,
            person_id=person_id,
            home_id=home_id,
            community=Division.objects.select_related("parent__parent").get(id=community_id) if community_id else None,
        ),
        signal_key.signal_id,
    )
    keep(
        arrival,
        signal_id=signal_key.signal_id,
        at=signal_key.signal_at,
        kind=told,
        incident_id=incident.id,
        detail={"note": note},
    )
    signal_key.incident_id = incident.id
    signal_key.save(update_fields=["incident_id"])
    return incident
