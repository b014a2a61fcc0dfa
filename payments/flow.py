"""The steps of an attempt, as data. The provider's facts decide; a step that is not here is never taken.

`paid` can follow `failed` and `cancelled`: should the provider say that money did move after all, the books follow the money. A
refund that comes back (the payer's bank refused it) leads from a refunded state to an earlier one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum


class State(StrEnum):
    CREATING = "creating"
    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly_refunded"


STEPS: dict[State, frozenset[State]] = {
    State.CREATING: frozenset({State.PENDING, State.PROCESSING, State.PAID, State.FAILED, State.CANCELLED}),
    State.PENDING: frozenset({State.PROCESSING, State.PAID, State.FAILED, State.CANCELLED}),
    State.PROCESSING: frozenset({State.PAID, State.FAILED, State.CANCELLED}),
    State.FAILED: frozenset({State.PAID}),
    State.CANCELLED: frozenset({State.PAID}),
    State.PAID: frozenset({State.PARTLY_REFUNDED, State.REFUNDED}),
    State.PARTLY_REFUNDED: frozenset({State.PAID, State.REFUNDED}),
    State.REFUNDED: frozenset({State.PAID, State.PARTLY_REFUNDED}),
}

ACTIVE = (State.CREATING, State.PENDING, State.PROCESSING)
SETTLED = (State.PAID, State.PARTLY_REFUNDED, State.REFUNDED)


def may(now: str, then: str) -> bool:
    """Whether an attempt may go from one state to the other."""
    return State(then) in STEPS[State(now)]


def whole(parts: Sequence[str]) -> State:
    """The state of a payment of several parts: what still waits comes first, then what went wrong, then what was given back."""
    states: Collection[State] = {State(part) for part in parts}
    for state in (*ACTIVE, State.FAILED, State.CANCELLED, State.PARTLY_REFUNDED):
        if state in states:
            return state
    if states == {State.REFUNDED}:
        return State.REFUNDED
    return State.PARTLY_REFUNDED if State.REFUNDED in states else State.PAID
