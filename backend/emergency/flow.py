"""The incident's state machine, as data: act → (states it may start from, state it leads to).

The database repeats the rule: an open incident has no owner and a next step, a taken one has an owner, a resolved one has a
disposition (check constraints of `models/incidents.py`); one unresolved incident a subject and kind (partial unique index).
"""

from backend.emergency.kinds import State

STEPS: dict[str, tuple[frozenset[State], State]] = {
    "acknowledge": (frozenset({State.OPEN}), State.ACKNOWLEDGED),
    "call": (frozenset({State.ACKNOWLEDGED, State.IN_PROGRESS}), State.IN_PROGRESS),
    "note": (frozenset({State.ACKNOWLEDGED, State.IN_PROGRESS}), State.IN_PROGRESS),
    "hand-off": (frozenset({State.ACKNOWLEDGED, State.IN_PROGRESS}), State.ACKNOWLEDGED),
    "release": (frozenset({State.ACKNOWLEDGED, State.IN_PROGRESS}), State.OPEN),
    "resolve": (frozenset({State.ACKNOWLEDGED, State.IN_PROGRESS}), State.RESOLVED),
}

TAKEN = frozenset({State.ACKNOWLEDGED, State.IN_PROGRESS})


def allowed(state: str) -> list[str]:
    """The acts possible in `state`, alphabetical."""
    return sorted(act for act, (starts, _) in STEPS.items() if state in starts)


def may(act: str, state: str) -> bool:
    """Whether `act` is possible in `state`."""
    return state in STEPS[act][0]


def after(act: str) -> State:
    """The state that `act` leads to."""
    return STEPS[act][1]
