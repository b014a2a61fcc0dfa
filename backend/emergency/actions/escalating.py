"""Silence: the next rung of the ladder, and an owner who is gone. Called by the worker, a step at a time, fenced."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Max

from backend.core.clock import now
from backend.core.verb import record, verb
from backend.emergency import ladder, policies
from backend.emergency.actions.answering import reopen
from backend.emergency.flow import TAKEN
from backend.emergency.kinds import State
from backend.emergency.models import Incident
from backend.people.actor import Actor
from notifications import presence


@verb("incident.escalate", audited=False)
def escalate(actor: Actor, *, incident_id: UUID, step: int) -> Incident:
    """Take the step after `step`, if the incident is still open and still there; else nothing. It never ends by itself."""
    incident = Incident.objects.select_for_update().get(id=incident_id)
    if incident.state != State.OPEN or incident.step != step:
        return incident
    target, told = ladder.climb(incident, step + 1)
    incident.save()
    record("incident.escalated", about=incident, step=incident.step, target=target, told=told)
    ladder.tell_desks(incident, "incident.escalated", target=target, told=told, sound=True)
    return incident


@verb("incident.watch_owner", audited=False)
def watch_owner(actor: Actor, *, incident_id: UUID) -> Incident:
    """Look whether who took the incident is still at a screen. It is open again when they are gone for 60 s without an act, or,
    once they worked on it, for 30 minutes: no incident is forgotten because somebody went home."""
    incident = Incident.objects.select_for_update().get(id=incident_id)
    if incident.state not in TAKEN:
        return incident
    moment = now()
    owner, since = incident.owner_id, incident.acknowledged_at
    if owner is None or since is None:
        raise AssertionError("a check constraint forbids a taken incident without an owner")
    acted = incident.entries.filter(author_id=owner).aggregate(at=Max("created_at"))["at"]
    seen = max(since, acted or since, presence.last_present(owner) or since)
    is_working = incident.state == State.IN_PROGRESS
    patience = timedelta(seconds=policies.WORKER_GONE_SECONDS if is_working else policies.OWNER_GONE_SECONDS)
    if seen + patience > moment:
        incident.due_at, incident.lease = seen + patience, None
        incident.save()
        return incident
    reopen(incident)
    incident.save()
    record("incident.owner_gone", about=incident, owner=owner)
    ladder.tell_desks(incident, "incident.owner_gone", sound=True)
    return incident
