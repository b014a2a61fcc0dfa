"""The booking's state machine, as data. The database repeats the list of states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    REQUESTED = "requested"  # the keeper has to say yes
    CONFIRMED = "confirmed"
    OFFERED = "offered"  # a place is kept for the person, who has to say yes
    WAITING = "waiting"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


HOLDS = frozenset({State.REQUESTED, State.CONFIRMED, State.OFFERED})
"""These have a place now."""
ACTIVE = HOLDS | {State.WAITING}
COUNTED = HOLDS | {State.ATTENDED, State.NO_SHOW}
"""What a slot's `taken` counts: what was kept for somebody stays counted after the hour."""


@dataclass(frozen=True)
class Step:
    """From any of these states to that one. `by`: the person, the keeper, or the clock."""

    target: State
    origins: frozenset[State]
    by: str


def _step(by: str, target: State, *origins: State) -> Step:
    return Step(target, frozenset(origins), by)


_S = State
STEPS: dict[str, Step] = {
    "accept": _step("person", _S.CONFIRMED, _S.OFFERED),
    "cancel": _step("person", _S.CANCELLED, _S.WAITING, _S.REQUESTED, _S.OFFERED, _S.CONFIRMED),
    "confirm": _step("keeper", _S.CONFIRMED, _S.REQUESTED),
    "refuse": _step("keeper", _S.REFUSED, _S.WAITING, _S.REQUESTED, _S.OFFERED, _S.CONFIRMED),
    "move": _step("keeper", _S.CONFIRMED, _S.REQUESTED, _S.CONFIRMED),
    "attended": _step("keeper", _S.ATTENDED, _S.CONFIRMED, _S.NO_SHOW),
    "no-show": _step("keeper", _S.NO_SHOW, _S.CONFIRMED, _S.ATTENDED),
    "promote": _step("clock", _S.OFFERED, _S.WAITING),
    "lapse": _step("clock", _S.CANCELLED, _S.OFFERED, _S.WAITING, _S.REQUESTED),
}


def allowed(state: str, by: str) -> list[str]:
    """The steps that leave this state for the person or the keeper, in the order of the table."""
    return [name for name, step in STEPS.items() if step.by == by and state in step.origins]
