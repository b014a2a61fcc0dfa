"""The ticket's state machine, as data. The database repeats the list of states; the docs draw this table."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    REPORTED = "reported"  # routed to a handler, who has not looked yet
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    RESOLVED = "resolved"  # the handler says it is done (办结)
    VERIFIED = "verified"  # the reporter or a grid worker says it is done (核查)
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


class PauseReason(StrEnum):
    """The only reasons for which a promise's clock may stand still."""

    WAITING_FOR_RESIDENT = "waiting_for_resident"
    WAITING_FOR_PARTS = "waiting_for_parts"
    WAITING_FOR_OTHERS = "waiting_for_others"
    WEATHER = "weather"
    NEEDS_APPROVAL = "needs_approval"


@dataclass(frozen=True)
class Step:
    """From any of these states to that one; `event` is what the timeline and the streams call it (`ticket.<event>`)."""

    event: str
    target: State
    origins: frozenset[State]


def _step(event: str, target: State, *origins: State) -> Step:
    return Step(event, target, frozenset(origins))


_S = State
WAITING = (_S.REPORTED, _S.ACCEPTED, _S.ASSIGNED)
UNRESOLVED = (*WAITING, _S.IN_PROGRESS, _S.PAUSED)
# A handler may assign or start at once: either says that the ticket is accepted.
STEPS: dict[str, Step] = {
    "accept": _step("accepted", _S.ACCEPTED, _S.REPORTED),
    "assign": _step("assigned", _S.ASSIGNED, *WAITING, _S.IN_PROGRESS),
    "transfer": _step("transferred", _S.REPORTED, *WAITING, _S.IN_PROGRESS),
    "escalate": _step("escalated", _S.REPORTED, *WAITING, _S.IN_PROGRESS),
    "start": _step("started", _S.IN_PROGRESS, _S.ACCEPTED, _S.ASSIGNED),
    "pause": _step("paused", _S.PAUSED, _S.IN_PROGRESS),
    "resume": _step("resumed", _S.IN_PROGRESS, _S.PAUSED),
    "resolve": _step("resolved", _S.RESOLVED, _S.IN_PROGRESS),
    "verify": _step("verified", _S.VERIFIED, _S.RESOLVED),
    "reopen": _step("reopened", _S.ASSIGNED, _S.RESOLVED, _S.VERIFIED, _S.CLOSED),
    "close": _step("closed", _S.CLOSED, _S.VERIFIED),
    "cancel": _step("cancelled", _S.CANCELLED, *WAITING),
    "merge": _step("merged", _S.MERGED, *UNRESOLVED),
}
ENDED = frozenset({State.CLOSED, State.CANCELLED, State.MERGED})
HANDLED_BY_A_PERSON = frozenset({State.ASSIGNED, State.IN_PROGRESS, State.PAUSED, State.RESOLVED})
OPEN = frozenset(State) - ENDED


def allowed(state: str) -> list[str]:
    """The steps that leave this state, in the order of the table."""
    return [name for name, step in STEPS.items() if state in step.origins]
