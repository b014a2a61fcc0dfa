"""Loading an incident for somebody who wants to act on it, or refusing."""

from __future__ import annotations

from uuid import UUID

from backend.core.errors import NotFound
from backend.emergency import flow
from backend.emergency.errors import AlreadyAcknowledged, NotTheOwner, WrongStep
from backend.emergency.models import Incident
from backend.people import reading
from backend.people.actor import Actor
from backend.people.models import User
from backend.people.roles import Can


def access_incident(actor: Actor, incident_id: UUID, permission: Can) -> Incident:
    """The incident, locked for this verb. Raises NotFound out of sight, Forbidden without the permission there."""
    incident = Incident.objects.select_for_update().visible_to(actor).filter(id=incident_id).first()
    if incident is None:
        raise NotFound
    actor.require(permission, community=incident.community_id, division=incident.division_id)
    return incident


def must_allow(incident: Incident, act: str) -> None:
    """Raise WrongStep (with the acts that are possible) unless `act` may follow now."""
    if not flow.may(act, incident.state):
        raise WrongStep(state=incident.state, allowed=flow.allowed(incident.state))


def must_own(actor: Actor, incident: Incident) -> None:
    """Raise NotTheOwner unless the actor has taken the incident."""
    if incident.owner_id != actor.person_id:
        raise NotTheOwner(by=taken_by(incident))


def must_be_free(incident: Incident) -> None:
    """Raise AlreadyAcknowledged, naming who has it, when somebody does."""
    if incident.owner_id is not None:
        raise AlreadyAcknowledged(by=taken_by(incident))


def taken_by(incident: Incident) -> dict[str, str] | None:
    """Id and name of the dispatcher who has the incident."""
    if incident.owner_id is None:
        return None
    owner = User.objects.get(id=incident.owner_id)
    return {"id": str(owner.id), "name": reading.name_of(owner)}
