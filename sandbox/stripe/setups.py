"""SetupIntents: saving a card for later, without charging it."""

from __future__ import annotations

from sandbox.stripe import flow, forms, methods, wallets
from sandbox.stripe.call import Call, page
from sandbox.stripe.cards import MESSAGES
from sandbox.stripe.errors import Json, StripeError, invalid_param, no_such
from sandbox.stripe.store import new_id

_CONFIRM = frozenset(
    {"payment_method", "payment_method_data", "payment_method_options", "return_url", "mandate_data", "use_stripe_sdk"}
)
_CREATE = _CONFIRM | {
    "automatic_payment_methods",
    "confirm",
    "customer",
    "description",
    "metadata",
    "usage",
    "payment_method_types",
    "allowed_payment_method_types",
}


def create(call: Call) -> Json:
    params = call.params
    forms.only(params, _CREATE)
    usage = forms.text(params, "usage") or "off_session"
    if usage not in ("on_session", "off_session"):
        raise invalid_param("usage", "Invalid usage: must be one of off_session, on_session")
    customer = forms.text(params, "customer")
    setup_id = new_id("seti")
    setup: Json = {
        "id": setup_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{setup_id}_secret_{new_id('x')[2:]}",
        "created": call.now,
        "customer": None if customer is None else call.load("customer", customer, "customer")["id"],
        "description": forms.text(params, "description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": forms.merged_metadata({}, params),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": usage,
    }
    call.store.insert(setup)
    call.emit("setup_intent.created", setup)
    _give_method(call, setup)
    return _confirmed(call, setup) if forms.boolean(params, "confirm") else setup


def retrieve(call: Call, id: str) -> Json:
    return call.owned("setup_intent", id)


def search(call: Call) -> Json:
    return page(call, "setup_intent", "/v1/setup_intents", {"customer": "customer", "payment_method": "payment_method"})


def confirm(call: Call, id: str) -> Json:
    setup = call.owned("setup_intent", id)
    forms.only(call.params, _CONFIRM)
    flow.check("confirm", setup)
    _give_method(call, setup)
    return _confirmed(call, setup)


def cancel(call: Call, id: str) -> Json:
    setup = call.load("setup_intent", id)
    flow.check("cancel", setup)
    reason = forms.text(call.params, "cancellation_reason")
    setup.update(status="canceled", cancellation_reason=reason, next_action=None)
    call.store.save(setup)
    call.emit("setup_intent.canceled", setup)
    return setup


def answered(call: Call, id: str, outcome: str) -> Json:
    """The payer's answer to the bank's question (or a willing payer's card, when none was given)."""
    setup = call.store.find("setup_intent", id)
    if setup is None:
        raise no_such("setup_intent", id)
    if setup["status"] in ("succeeded", "canceled"):
        raise StripeError(409, f"Nothing to confirm: the intent is {setup['status']}.", setup_intent=setup)
    if outcome == "success":
        if setup["payment_method"] is None:
            setup["payment_method"] = methods.resolve(call, "pm_card_visa")["id"]
        return _saved(call, setup)
    message = "The payer refused to authenticate."
    _refused(
        call,
        setup,
        {"type": "invalid_request_error", "code": "setup_intent_authentication_failure", "message": message},
    )
    return setup


def _give_method(call: Call, setup: Json) -> None:
    named, data = forms.text(call.params, "payment_method"), forms.mapping(call.params, "payment_method_data")
    if named:
        method = methods.resolve(call, named)
    elif data:
        method = methods.build(call, data, "payment_method_data")
        call.store.insert(method)
    else:
        return
    if method["type"] != "card":
        raise StripeError(
            400, f"{method['type']} cannot be set up for later: wallets are paid one by one.", param="payment_method"
        )
    setup.update(payment_method=method["id"], status="requires_confirmation")
    call.store.save(setup)


def _confirmed(call: Call, setup: Json) -> Json:
    if setup["payment_method"] is None:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise StripeError(400, message, code="setup_intent_unexpected_state", setup_intent=setup)
    method = call.load("payment_method", setup["payment_method"], "payment_method")
    card = methods.card_of(method)
    if card.decline is not None and card.number != "4000000000000341":
        code, decline_code = card.decline
        message = MESSAGES[decline_code or code]
        error = {"type": "card_error", "code": code, "message": message, "payment_method": method}
        _refused(call, setup, error)
        raise StripeError(
            402,
            message,
            type="card_error",
            keeps_effects=True,
            code=code,
            decline_code=decline_code,
            setup_intent=setup,
        )
    if not card.asks:
        return _saved(call, setup)
    return_url = forms.url(call.params, "return_url")
    setup.update(status="requires_action", next_action=wallets.next_action(setup, method, return_url, call.base_url))
    call.store.save(setup)
    call.emit("setup_intent.requires_action", setup)
    return setup


def _saved(call: Call, setup: Json) -> Json:
    setup.update(status="succeeded", next_action=None, last_setup_error=None)
    call.store.save(setup)
    if setup["customer"]:
        methods.attached(call, call.load("payment_method", setup["payment_method"]), setup["customer"])
    call.emit("setup_intent.succeeded", setup)
    return setup


def _refused(call: Call, setup: Json, error: Json) -> None:
    setup.update(status="requires_payment_method", payment_method=None, next_action=None, last_setup_error=error)
    call.store.save(setup)
    call.emit("setup_intent.setup_failed", setup)
