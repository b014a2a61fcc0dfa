"""A signal that could not be read is read again, when the reader may have been mended."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from backend.core.clock import now
from backend.core.verb import record, verb
from backend.emergency import interpretation, ladder
from backend.emergency.actions.receiving import act_on
from backend.emergency.kinds import Kind
from backend.emergency.models import Device, Incident, Signal, SignalRetry
from backend.emergency.opening import raise_priority
from backend.people.actor import Actor

GIVE_UP_AFTER = 8


@verb("signal.interpret_again", audited=False)
def interpret_again(actor: Actor, *, retry_id: UUID) -> SignalRetry:
    """Try a signal's interpretation once more. Raises whatever the interpreter raises, so that the row stays due.

    On success the unidentified incident learns what it is about; it stays with whoever answers it. Where an incident of that kind
    is open already, both are told of each other. After 8 attempts a person alone decides.
    """
    retry = SignalRetry.objects.select_for_update().get(id=retry_id)
    if retry.done_at is not None:
        return retry
    signal = Signal.objects.get(at=retry.signal_at, id=retry.signal_id)
    device = Device.known(signal.device_id)
    incident = Incident.objects.select_for_update().get(id=retry.incident_id) if retry.incident_id else None
    try:
        meaning = interpretation.interpret(signal.protocol, signal.raw)
    except Exception:
        if retry.attempts < GIVE_UP_AFTER:
            raise
        return _finish(retry, incident, "given_up")
    known = (
        Incident.objects.unresolved().filter(subject=incident.subject, kind=meaning.kind).first() if incident else None
    )
    if incident is None or known is not None or meaning.kind is None or incident.kind != Kind.UNIDENTIFIED:
        with transaction.atomic():
            found = act_on(signal, meaning, device)
        return _finish(retry, incident, meaning.word, joined=found.id if found else None)
    Signal.objects.filter(at=signal.at, id=signal.id).update(kind=meaning.word, code=meaning.code, device_at=meaning.at)
    incident.kind = meaning.kind
    if meaning.priority < incident.priority:
        raise_priority(incident, meaning.priority)
    incident.save()
    return _finish(retry, incident, meaning.word)


def _finish(retry: SignalRetry, incident: Incident | None, word: str, **more: object) -> SignalRetry:
    retry.done_at, retry.due_at, retry.lease = now(), None, None
    retry.save()
    if incident is not None:
        record("signal.interpreted", about=incident, signal=retry.signal_id, meaning=word, **more)
        ladder.tell_desks(incident, "incident.identified")
    return retry
