"""The state machines: from which statuses each verb may start."""

from __future__ import annotations

from sandbox.stripe.errors import Json, wrong_state

_NOT_BEGUN = frozenset({"requires_payment_method", "requires_confirmation"})
_OPEN = _NOT_BEGUN | {"requires_action"}

STEPS: dict[str, dict[str, frozenset[str]]] = {
    "payment_intent": {"confirm": _OPEN, "cancel": _OPEN, "update": _OPEN},
    "setup_intent": {"confirm": _OPEN, "cancel": _OPEN, "update": _OPEN},
}


def check(verb: str, object: Json) -> None:
    """Raise Stripe's 400 ``…_unexpected_state`` when ``verb`` is not possible now."""
    kind = object["object"]
    allowed = STEPS[kind][verb]
    if object["status"] not in allowed:
        raise wrong_state(kind, verb, allowed, object)
