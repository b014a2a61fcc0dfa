"""Taking an incident, giving it back, handing it on: at every moment it has one owner or none."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid
from backend.core.verb import hint, record, verb
from backend.emergency import desks, flow, ladder, policies
from backend.emergency.access import access_incident, must_allow, must_be_free, must_own
from backend.emergency.kinds import State
from backend.emergency.models import Entry, Incident
from backend.people import reveal
from backend.people.actor import Actor
from backend.people.roles import Can
from notifications import notices


@verb("incident.acknowledge", audited=False)
def acknowledge(actor: Actor, *, incident_id: UUID) -> Incident:
    """Take the incident: exclusive. The owner again changes nothing. Raises AlreadyAcknowledged naming who has it."""
    incident = access_incident(actor, incident_id, Can.INCIDENT_ACKNOWLEDGE)
    if incident.owner_id is not None and incident.owner_id == actor.person_id and incident.state in flow.TAKEN:
        return incident
    must_be_free(incident)
    must_allow(incident, "acknowledge")
    _give_to(incident, actor.must_be_known())
    incident.save()
    record("incident.acknowledged", about=incident)
    _disclose(actor, incident)
    ladder.tell_desks(incident, "incident.acknowledged")
    if incident.person_id:
        params = {"number": str(incident.number)}
        key = f"incident:{incident.id}:acknowledged:{incident.acknowledged_at}"
        urgency = ladder.urgency_of(incident)
        notices.notify(
            incident.person_id, "incident.acknowledged", params, about=incident.path, urgency=urgency, key=key
        )
    return incident


def _disclose(actor: Actor, incident: Incident, to: UUID | None = None) -> None:
    """Who takes the incident sees whom to call: written down for the person to read."""
    if incident.person_id is not None:
        seen = ("name", "phone", "contacts")
        reveal.disclosed(actor, incident.person_id, seen, reason="incident", about=incident.id, to=to)


@verb("incident.release", audited=False)
def release(actor: Actor, *, incident_id: UUID) -> Incident:
    """Give the incident back: it is open again and the ladder goes on at once. Raises NotTheOwner, WrongStep."""
    incident = access_incident(actor, incident_id, Can.INCIDENT_ACKNOWLEDGE)
    must_allow(incident, "release")
    must_own(actor, incident)
    reopen(incident)
    incident.save()
    record("incident.released", about=incident)
    ladder.tell_desks(incident, "incident.released")
    return incident


@verb("incident.hand_off", audited=False)
def hand_off(actor: Actor, *, incident_id: UUID, to: UUID, text: str = "") -> Incident:
    """Hand a taken incident to another dispatcher of the desks that see it (or take it over oneself). Raises WrongStep, Invalid."""
    incident = access_incident(actor, incident_id, Can.INCIDENT_ACKNOWLEDGE)
    must_allow(incident, "hand-off")
    colleagues = {person for group in desks.dispatchers(desks.of_incident(incident)).values() for person in group}
    if to not in colleagues:
        english, chinese = "must be a dispatcher of this incident's desks", "须为该事件值班台的值班员"
        raise Invalid(FieldError("/to", "not-a-dispatcher", english, chinese))
    before = incident.owner_id
    _give_to(incident, to)
    incident.save()
    entry = Entry.write(incident, actor.must_be_known(), Entry.Kind.HAND_OFF, text=text)
    record("incident.handed_off", about=incident, entry=entry.id, owner=to, before=before)
    if to != before:
        _disclose(actor, incident, to if to != actor.person_id else None)
    ladder.tell_desks(incident, "incident.handed_off")
    if to != actor.person_id:
        params = {"number": str(incident.number), "kind": incident.kind, "priority": incident.priority}
        urgency, key = ladder.urgency_of(incident), f"entry:{entry.id}"
        notices.notify(to, "incident.handed_to_you", params, about=incident.path, urgency=urgency, key=key)
    return incident


def reopen(incident: Incident) -> None:
    """Nobody has it any more: the next rung of the ladder is due now. The caller saves."""
    incident.state, incident.owner_id, incident.acknowledged_at = State.OPEN, None, None
    incident.due_at, incident.lease = now(), None
    hint("due:escalation")


def _give_to(incident: Incident, person: UUID) -> None:
    moment = now()
    incident.state, incident.owner_id = State.ACKNOWLEDGED, person
    incident.acknowledged_at = moment
    incident.due_at, incident.lease = moment + timedelta(seconds=policies.OWNER_GONE_SECONDS), None
