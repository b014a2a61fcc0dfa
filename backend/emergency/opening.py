"""Opening an incident, or joining the one that is open: no call is dropped, none is shown twice. Runs inside verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection

from backend.community.models import Division
from backend.core.clock import now
from backend.core.verb import record
from backend.emergency import delegates, desks, ladder
from backend.emergency.kinds import Identity, Kind, Priority, State
from backend.emergency.models import EscalationPolicy, Incident

# Messages that nobody signed may say "again" this often, no more: they must not drown the desk.
QUIET = timedelta(seconds=60)


@dataclass(frozen=True)
class Call:
    """What an incident is about. `community` None: nobody knows where, the district answers."""

    subject: str
    kind: Kind
    priority: Priority
    identity: Identity
    person_id: UUID | None = None
    home_id: UUID | None = None
    device_id: UUID | None = None
    community: Division | None = None


def open_or_join(call: Call, signal_id: UUID, *, is_quiet: bool = False) -> Incident:
    """The unresolved incident of the call's subject and kind with this signal counted in, opened now when there is none.

    `is_quiet`: repeats are counted but told to the desks at most once a minute.
    """
    _serialise(f"{call.subject}|{call.kind}")
    found = Incident.objects.select_for_update().unresolved().filter(subject=call.subject, kind=call.kind).first()
    return _open(call, signal_id) if found is None else _join(found, call, signal_id, is_quiet)


def _serialise(case: str) -> None:
    """Two signals of one case wait for each other instead of meeting in the unique index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 69))", [case])


def _open(call: Call, signal_id: UUID) -> Incident:
    up = desks.line(call.community)
    moment = now()
    incident = Incident(
        kind=call.kind,
        priority=call.priority,
        subject=call.subject,
        identity=call.identity,
        person_id=call.person_id,
        home_id=call.home_id,
        device_id=call.device_id,
        community=call.community,
        division=desks.answering(up),
        opened_at=moment,
        last_signal_at=moment,
        due_at=moment,
        policy=EscalationPolicy.for_case([d.id for d in up], call.kind, call.priority),
    )
    incident.save(force_insert=True)
    target, told = ladder.climb(incident, 0)
    incident.save(update_fields=["step", "due_at", "lease", "attempts"])
    record(
        "incident.opened",
        about=incident,
        signal=signal_id,
        kind=call.kind,
        priority=call.priority,
        told=told,
        target=target,
    )
    ladder.tell_desks(incident, "incident.opened")
    delegates.tell(incident)
    return incident


def _join(incident: Incident, call: Call, signal_id: UUID, is_quiet: bool) -> Incident:
    moment = now()
    sounds = not is_quiet or moment - incident.last_signal_at >= QUIET
    incident.signal_count += 1
    if sounds:
        incident.last_signal_at = moment
    if call.identity == Identity.VERIFIED:
        incident.identity = Identity.VERIFIED
    if incident.community_id is None and call.community is not None:
        _locate(incident, call)
    if call.priority < incident.priority:
        raise_priority(incident, call.priority)
    incident.save()
    if sounds:
        record("incident.repeated", about=incident, signal=signal_id, count=incident.signal_count)
        ladder.tell_desks(incident, "incident.repeated", sound=True)
    return incident


def raise_priority(incident: Incident, priority: Priority) -> None:
    """A more urgent repeat takes its own ladder from the start; who has the incident keeps it. The caller saves."""
    incident.priority, incident.cancelled_at = priority, None
    up = [d.id for d in desks.line(incident.community or incident.division)]
    incident.policy = EscalationPolicy.for_case(up, incident.kind, priority)
    record("incident.raised", about=incident, priority=priority)
    _begin_again(incident)


def _locate(incident: Incident, call: Call) -> None:
    """The call came from nowhere known, and now we know: the nearest desk has it, unless somebody has taken it already."""
    incident.community, incident.home_id = call.community, call.home_id
    if incident.state == State.OPEN:
        incident.division = desks.answering(desks.line(call.community))
    record("incident.located", about=incident, community=incident.community_id, division=incident.division_id)
    _begin_again(incident)


def _begin_again(incident: Incident) -> None:
    """An open incident's ladder starts anew; its numbers go on, so that no rung of the old one passes for one of the new."""
    if incident.state == State.OPEN:
        steps = len(incident.policy["steps"])
        ladder.climb(incident, (incident.step // steps + 1) * steps)
