"""Climbing the escalation ladder of an incident: telling whom a step names. Runs inside verbs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction

from backend.core.clock import now
from backend.core.verb import emit, hint, record
from backend.emergency import desks, policies
from backend.emergency.kinds import Kind, State
from backend.emergency.models import Incident
from backend.people import reading as people_reading
from backend.people.models import EmergencyContact, Residency
from notifications import notices

log = structlog.get_logger(__name__)

# Contacts are texted in the first rounds, later only now and then: a night of texts helps nobody.
EAGER_ROUNDS = 3
LATER_EVERY = 10


def climb(incident: Incident, step: int) -> tuple[str, int]:
    """Take a step: tell its target, set the time of the next. Returns the target and how many were told; the caller saves."""
    target = policies.step_of(incident.policy, step)["target"]
    people, anyone_there = _TARGETS[target](incident, step)
    wait = policies.wait_of(incident.policy, step, anyone_there=anyone_there)
    incident.step, incident.lease, incident.attempts = step, None, 0
    incident.due_at = now() + timedelta(seconds=wait)
    if wait == 0:
        hint("due:escalation")
    return target, people


def tell_desks(incident: Incident, event: str, **more: object) -> None:
    """An event for every desk that sees the incident and for the person who called. Ids and codes only."""
    facts = summary(incident) | more
    for channel in desks.channels(incident):
        emit(channel, event, about=incident.path, data=facts)
    if incident.person_id:
        own = {name: facts[name] for name in ("number", "kind", "state", "priority")}
        emit(f"person:{incident.person_id}", event, about=incident.path, data=own)


def summary(incident: Incident) -> dict[str, object]:
    """What a desk's row shows: no names, no address, no notes."""
    return {
        "id": str(incident.id),
        "number": incident.number,
        "kind": incident.kind,
        "priority": incident.priority,
        "state": incident.state,
        "identity": incident.identity,
        "signal_count": incident.signal_count,
        "step": incident.step,
        "division_id": str(incident.division_id),
        "owner_id": str(incident.owner_id) if incident.owner_id else None,
        "next_step_at": incident.due_at.isoformat() if incident.due_at and incident.state == State.OPEN else None,
    }


def urgency_of(incident: Incident) -> notices.Urgency:
    """How urgent what is said about it is: only a technical one waits for the morning."""
    return "normal" if incident.kind == Kind.TECHNICAL else "emergency"


def _notify(incident: Incident, people: list[UUID], step: int) -> int:
    params = {"number": str(incident.number), "kind": incident.kind, "priority": incident.priority}
    urgency = urgency_of(incident)
    told = 0
    for person in people:
        key = f"incident:{incident.id}:{step}:{person}"
        with _no_more_than_itself(incident):
            notices.notify(person, "incident.waiting", params, about=incident.path, urgency=urgency, key=key)
            told += 1
    return told


@contextmanager
def _no_more_than_itself(incident: Incident) -> Iterator[None]:
    """One person who cannot be told (an erased key, an address that is gone) must not cost the call for help."""
    try:
        with transaction.atomic():
            yield
    except Exception as failed:
        log.error("incident.not_told", incident=str(incident.id), error=type(failed).__name__)
        record("incident.not_told", about=incident, error=type(failed).__name__)


def _desk(incident: Incident, step: int) -> tuple[int, bool]:
    people, there = desks.first_group(incident)
    return _notify(incident, people, step), there


def _second(incident: Incident, step: int) -> tuple[int, bool]:
    people, there = desks.second_group(incident)
    return _notify(incident, people, step), there


def _contacts(incident: Incident, step: int) -> tuple[int, bool]:
    round_number = step // len(incident.policy["steps"])
    if round_number >= EAGER_ROUNDS and round_number % LATER_EVERY:
        return 0, False
    told, found = 0, contacts(incident)
    names = people_reading.names_by_id(found.values())
    for address, person in found.items():
        key = f"incident:{incident.id}:{step}:{address}"
        private = {"name": names.get(person, "")}
        with _no_more_than_itself(incident):
            params = {"number": str(incident.number)}
            delivery = notices.text_address(
                address, "incident.contact", params, about=incident.path, key=key, private=private
            )
            record("incident.contact_texted", about=incident, delivery=delivery.id, step=step)
            told += 1
    return told, False


def contacts(incident: Incident) -> dict[UUID, UUID]:
    """Address → whose contact it is: of the person who called, else of everybody confirmed to live in the home.

    Who reported a danger outside a home is a witness: nobody is told that they called for help.
    """
    if incident.subject.startswith("report:") and incident.home_id is None:
        return {}
    if incident.person_id:
        people = [incident.person_id]
    elif incident.home_id:
        homes = Residency.objects.filter(home_id=incident.home_id, state="confirmed")
        people = list(homes.values_list("user_id", flat=True))
    else:
        return {}
    found = EmergencyContact.objects.filter(user_id__in=people).order_by("user_id", "position")
    return dict(found.values_list("address_id", "user_id"))


_TARGETS = {policies.DESK: _desk, policies.SECOND: _second, policies.CONTACTS: _contacts}
