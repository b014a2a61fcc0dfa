"""Refusals in the shape of Stripe's error bodies."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class StripeError(Exception):
    """A refusal: HTTP ``status`` and the members of ``{"error": {...}}``.

    ``keeps_effects`` says that the operation had begun: its writes are committed and its answer is stored under the
    idempotency key. Without it the request counts as never made.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        keeps_effects: bool = False,
        **members: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps_effects = keeps_effects
        self.error: Json = {"type": type, "message": message}
        self.error.update({key: value for key, value in members.items() if value is not None})

    @property
    def body(self) -> Json:
        return {"error": self.error}


def missing_param(name: str) -> StripeError:
    return StripeError(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def invalid_param(name: str, message: str, code: str | None = None) -> StripeError:
    return StripeError(400, message, code=code, param=name)


def no_such(kind: str, id: str, param: str = "id") -> StripeError:
    # Stripe writes "No such payment_intent: 'pi_…'"; a wrong path id is 404, a wrong id inside a body is 400.
    return StripeError(404 if param == "id" else 400, f"No such {kind}: '{id}'", code="resource_missing", param=param)


def unauthorized(message: str) -> StripeError:
    return StripeError(401, message)


def forbidden(message: str) -> StripeError:
    return StripeError(403, message, code="secret_key_required")


def wrong_state(kind: str, verb: str, allowed: frozenset[str], object: Json) -> StripeError:
    """``object`` cannot do ``verb`` in its present status."""
    names = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}
    past = {"confirm": "confirmed", "cancel": "canceled", "update": "updated"}[verb]
    statuses = ", ".join(sorted(allowed))
    message = (
        f"You cannot {verb} this {names[kind]} because it has a status of {object['status']}. "
        f"Only a {names[kind]} with one of the following statuses may be {past}: {statuses}."
    )
    code = f"{kind}_unexpected_state"
    members: Json = {"code": code, kind: object}
    return StripeError(400, message, keeps_effects=True, **members)


def idempotency_mismatch(key: str) -> StripeError:
    message = (
        "Keys for idempotent requests can only be used with the same endpoint and parameters they were first used"
        f" with. Try using a key other than '{key}' if you meant to execute a different request."
    )
    return StripeError(400, message, type="idempotency_error")
