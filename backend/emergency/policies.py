"""Escalation: who is told when nobody answers, as data and pure arithmetic.

A policy is a list of steps. Step n tells its target, then waits its seconds for somebody to take the incident; after the last
step the first follows again, for as long as the incident is open: escalation never ends silently.
An incident keeps a copy of its policy, so that editing a policy never bends a running alarm.
"""

from typing import TypedDict

from backend.emergency.kinds import Priority

DESK = "desk"
SECOND = "second"
CONTACTS = "contacts"
TARGETS = (DESK, SECOND, CONTACTS)

OWNER_GONE_SECONDS = 60
"""How long who took an incident may be away from every screen before the first act."""
WORKER_GONE_SECONDS = 1800
"""How long who works on an incident may be away from every screen and do nothing about it."""


class Step(TypedDict):
    """One rung: `target` is told, then `wait` seconds pass (at least 1)."""

    target: str
    wait: int


class Policy(TypedDict):
    """`at_once`: a dispatcher rung whose desks have nobody at a screen is left after 0 seconds."""

    at_once: bool
    steps: list[Step]


DEFAULTS: dict[str, Policy] = {
    Priority.LIFE: {
        "at_once": True,
        "steps": [
            {"target": DESK, "wait": 30},
            {"target": SECOND, "wait": 30},
            {"target": CONTACTS, "wait": 60},
        ],
    },
    Priority.WELFARE: {
        "at_once": True,
        "steps": [
            {"target": DESK, "wait": 120},
            {"target": SECOND, "wait": 120},
            {"target": CONTACTS, "wait": 300},
        ],
    },
    Priority.DEVICE: {
        "at_once": False,
        "steps": [{"target": DESK, "wait": 3600}, {"target": SECOND, "wait": 14400}],
    },
}


def faults(steps: list[Step]) -> list[str]:
    """Why `steps` is no usable ladder; empty when it is one."""
    found = []
    if not steps:
        found.append("a policy needs at least one step")
    for number, step in enumerate(steps):
        if step.get("target") not in TARGETS:
            found.append(f"step {number}: unknown target")
        wait = step.get("wait")
        if not isinstance(wait, int) or not 1 <= wait <= 86_400:
            found.append(f"step {number}: wait must be 1 to 86400 seconds")
    return found


def step_of(policy: Policy, number: int) -> Step:
    """The rung that step `number` (0, 1, 2, … without end) stands for."""
    steps = policy["steps"]
    return steps[number % len(steps)]


def wait_of(policy: Policy, number: int, *, anyone_there: bool) -> int:
    """Seconds from step `number` to the next one.

    A rung of dispatchers at whose desks nobody is present is left at once; but one rung of every round always waits, so that
    a ladder of absent desks calls again and again instead of spinning.
    """
    step = step_of(policy, number)
    is_last = number % len(policy["steps"]) == len(policy["steps"]) - 1
    if policy["at_once"] and step["target"] != CONTACTS and not anyone_there and not is_last:
        return 0
    return step["wait"]
