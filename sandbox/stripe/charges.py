"""Charges and the balance transactions that record what they did to the merchant's balance."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.stripe.call import Call, page
from sandbox.stripe.cards import MESSAGES
from sandbox.stripe.errors import Json
from sandbox.stripe.store import new_id


def retrieve(call: Call, id: str) -> Json:
    return call.load("charge", id)


def search(call: Call) -> Json:
    return page(call, "charge", "/v1/charges", {"customer": "customer", "payment_intent": "payment_intent"})


def retrieve_transaction(call: Call, id: str) -> Json:
    return call.load("balance_transaction", id)


def search_transactions(call: Call) -> Json:
    filters = {"source": "source", "type": "type", "currency": "currency", "payout": "payout"}
    return page(call, "balance_transaction", "/v1/balance_transactions", filters)


def balance(call: Call) -> Json:
    """What the merchant would own, per currency: the sum of all nets. Nothing is ever paid out here."""
    sums: dict[str, int] = {}
    rows = call.store.db.execute(
        "SELECT json_extract(body, '$.currency'), sum(json_extract(body, '$.net')) FROM objects"
        " WHERE kind = 'balance_transaction' GROUP BY 1"
    )
    sums.update(rows.fetchall())
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in sums.items()
    ]
    return {"object": "balance", "available": available, "livemode": False, "pending": []}


def fee(amount: int, percent: float) -> int:
    """Minor units, rounded half up. A flat percentage: the sandbox has no fixed part and no tax."""
    return int((Decimal(amount) * Decimal(str(percent)) / 100).quantize(Decimal(1), ROUND_HALF_UP))


def captured(call: Call, intent: Json, method: Json) -> Json:
    """Write the successful charge of an intent with its balance transaction."""
    charge = _charge(call, intent, method)
    transaction = post(
        call,
        type="charge" if method["type"] == "card" else "payment",
        category="charge",
        amount=intent["amount"],
        fee=fee(intent["amount"], call.terms.fee_percent),
        currency=intent["currency"],
        source=charge["id"],
    )
    charge.update(
        balance_transaction=transaction["id"],
        paid=True,
        captured=True,
        amount_captured=intent["amount"],
        status="succeeded",
        outcome={"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
    )
    call.store.insert(charge)
    call.emit("charge.succeeded", charge)
    return charge


def refused(call: Call, intent: Json, method: Json, code: str, decline_code: str | None) -> Json:
    """Write the failed charge of an intent; no money moves."""
    charge = _charge(call, intent, method)
    charge.update(
        status="failed",
        failure_code=code,
        failure_message=MESSAGES.get(decline_code or code, MESSAGES["generic_decline"]),
        outcome={
            "network_status": "declined_by_network",
            "reason": decline_code or code,
            "risk_level": "normal",
            "type": "issuer_declined",
        },
    )
    call.store.insert(charge)
    call.emit("charge.failed", charge)
    return charge


def post(call: Call, *, type: str, category: str, amount: int, fee: int, currency: str, source: str) -> Json:
    """One line of the balance: ``net = amount - fee``, all in minor units."""
    transaction = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": call.now,
        "balance_type": "payments",
        "created": call.now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [_fee_detail(fee, currency)] if fee else [],
        "net": amount - fee,
        "payout": None,
        "reporting_category": category,
        "source": source,
        "status": "available",
        "type": type,
    }
    call.store.insert(transaction)
    return transaction


def _fee_detail(fee: int, currency: str) -> Json:
    return {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Sandbox fee",
        "type": "stripe_fee",
    }


def _charge(call: Call, intent: Json, method: Json) -> Json:
    return {
        "id": new_id("ch" if method["type"] == "card" else "py"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": call.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "pending",
        "transfer_data": intent["transfer_data"],
        "transfer_group": None,
    }


def _details(method: Json) -> Json:
    kind = method["type"]
    if kind == "card":
        known = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
        card = {name: method["card"][name] for name in known}
        return {"type": "card", "card": {**card, "network": card["brand"], "three_d_secure": None, "wallet": None}}
    return {"type": kind, kind: {"fingerprint": None, "transaction_id": new_id("sandbox", 16)}}
