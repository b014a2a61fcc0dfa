"""What the owner of an incident does: writes notes, calls people, and ends it with a disposition."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid
from backend.core.verb import record, verb
from backend.emergency import ladder, policies
from backend.emergency.access import access_incident, must_allow, must_own
from backend.emergency.kinds import Disposition, Priority, State
from backend.emergency.models import Entry, Incident
from backend.people.actor import Actor
from backend.people.roles import Can

CALLEES = ("person", "contact", "responder", "120", "119", "110", "other")
RESULTS = ("spoke", "no_answer", "busy", "cannot_speak", "handed_over")


@verb("incident.note", audited=False)
def note(actor: Actor, *, incident_id: UUID, text: str) -> Incident:
    """Write a note. By the owner it is an act: the incident is in progress. Raises Invalid for an empty text."""
    incident = access_incident(actor, incident_id, Can.INCIDENT_ACKNOWLEDGE)
    if not text.strip():
        raise Invalid(FieldError("/text", "required", "write something", "请填写内容"))
    entry = Entry.write(incident, actor.must_be_known(), Entry.Kind.NOTE, text=text.strip())
    _act(actor, incident)
    record("incident.noted", about=incident, entry=entry.id)
    ladder.tell_desks(incident, "incident.noted")
    return incident


@verb("incident.call", audited=False)
def call(actor: Actor, *, incident_id: UUID, to: str, result: str, reference: str = "", text: str = "") -> Incident:
    """Log a call: whom (`person`, `contact`, `120`, …), with what result; `reference` is what 120, 119 or 110 gave.

    Raises NotTheOwner, WrongStep, Invalid.
    """
    incident = access_incident(actor, incident_id, Can.INCIDENT_ACKNOWLEDGE)
    must_allow(incident, "call")
    must_own(actor, incident)
    faults = []
    if to not in CALLEES:
        faults.append(FieldError("/to", "unknown-callee", f"must be one of {', '.join(CALLEES)}", "未知的通话对象"))
    if result not in RESULTS:
        faults.append(FieldError("/result", "unknown-result", f"must be one of {', '.join(RESULTS)}", "未知的通话结果"))
    if faults:
        raise Invalid(*faults)
    author = actor.must_be_known()
    entry = Entry.write(
        incident, author, Entry.Kind.CALL, text=text, reference=reference.strip(), callee=to, result=result
    )
    _act(actor, incident)
    record("incident.called", about=incident, entry=entry.id, to=to, result=result)
    ladder.tell_desks(incident, "incident.called")
    return incident


@verb("incident.resolve", audited=False)
def resolve(actor: Actor, *, incident_id: UUID, disposition: str, reference: str = "", text: str = "") -> Incident:
    """End the incident with a disposition. Raises NotTheOwner, WrongStep, Invalid.

    `no_contact` on a life alarm needs somebody who went there or a 120 reference, given here or in the log of calls.
    """
    incident = access_incident(actor, incident_id, Can.INCIDENT_RESOLVE)
    must_allow(incident, "resolve")
    must_own(actor, incident)
    if disposition not in Disposition.values:
        words = ", ".join(Disposition.values)
        raise Invalid(FieldError("/disposition", "unknown-disposition", f"must be one of {words}", "请选择处置结果"))
    if (
        disposition == Disposition.NO_CONTACT
        and _was_for_life(incident)
        and not reference.strip()
        and not _was_attended(incident)
    ):
        english = "a life alarm without contact needs somebody who went there or a 120 reference"
        chinese = "生命类求助未联系到本人时，须有人到场或填写 120 受理编号"
        raise Invalid(FieldError("/reference", "attendance-needed", english, chinese))
    entry = Entry.write(
        incident,
        actor.must_be_known(),
        Entry.Kind.RESOLUTION,
        text=text,
        reference=reference.strip(),
        result=disposition,
    )
    incident.state, incident.disposition, incident.resolved_at = State.RESOLVED, disposition, now()
    incident.due_at, incident.lease = None, None
    incident.save()
    record("incident.resolved", about=incident, entry=entry.id, disposition=disposition)
    ladder.tell_desks(incident, "incident.resolved", disposition=disposition)
    return incident


def _act(actor: Actor, incident: Incident) -> None:
    """The owner has done something: the incident is theirs, unless they leave and forget it."""
    if incident.owner_id == actor.person_id and incident.state in (State.ACKNOWLEDGED, State.IN_PROGRESS):
        incident.state, incident.lease = State.IN_PROGRESS, None
        incident.due_at = now() + timedelta(seconds=policies.WORKER_GONE_SECONDS)
        incident.save()


def _was_for_life(incident: Incident) -> bool:
    # A person's cancel makes a P1 a call-back; it does not make them safe.
    return incident.priority == Priority.LIFE or incident.cancelled_at is not None


def _was_attended(incident: Incident) -> bool:
    went = Q(callee="responder", result="spoke") | Q(callee="120", reference_sealed__isnull=False)
    return incident.entries.filter(went, kind=Entry.Kind.CALL).exists()
