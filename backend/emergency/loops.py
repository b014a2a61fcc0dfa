"""The waiting rows of this room, and who works on them."""

from datetime import timedelta

from backend.core.due import DueLoop
from backend.core.due import register as register_loop
from backend.emergency.flow import TAKEN
from backend.emergency.kinds import State
from backend.emergency.models import Incident, SignalRetry
from backend.people.actor import Actor

WORKER = Actor.system("worker")


def take_step(incident: Incident) -> None:
    """An incident's time has come: the ladder when it is open, a look at its owner when it is taken."""
    from backend.emergency.actions import escalate, watch_owner

    if incident.state == State.OPEN:
        escalate(WORKER, incident_id=incident.id, step=incident.step)
    elif incident.state in TAKEN:
        watch_owner(WORKER, incident_id=incident.id)


def read_again(retry: SignalRetry) -> None:
    """A signal's interpretation is due again."""
    from backend.emergency.actions import interpret_again

    interpret_again(WORKER, retry_id=retry.id)


# A step that keeps failing is tried again within seconds: somebody waits for help.
escalation = DueLoop(
    name="escalation",
    model=Incident,
    work=take_step,
    lease=timedelta(seconds=15),
    threads=2,
    longest=timedelta(seconds=10),
    is_urgent=True,
)
signal_retry = DueLoop(
    name="signal-retry", model=SignalRetry, work=read_again, longest=timedelta(minutes=10), is_urgent=True
)


def register() -> None:
    """Let the worker run both."""
    register_loop(escalation)
    register_loop(signal_retry)
