"""Rows of bills, payments and the books.

王奶奶's home has an open property fee of the demo company and a paid electricity bill; no payment provider is configured, so what a
person may do but the provider must do ends as 503.
"""

from __future__ import annotations

from backend.core.clock import now
from payments import orders, settle
from payments.ledger import Book
from payments.models import Bill, LedgerAccount, Payment
from payments.providers.facts import Intent
from tests.cast import Cast
from tests.payments import books
from tests.permissions.call import Call

LISTS = {"anonymous": 401, "wang": 200, "outsider": 200, "finance": 200, "technician": 200, "auditor": 200}
OWN = {
    "anonymous": 401,
    "wang": 200,
    "neighbour": 404,
    "outsider": 404,
    "pending": 404,
    "ended_tenant": 404,
    "finance": 200,
    "cashier": 200,
    "auditor": 200,
    "admin": 200,
    "manager": 404,
    "technician": 404,
    "other_company_manager": 404,
    "community_worker": 404,
    "dispatcher": 404,
}
BOOKS = {
    "anonymous": 401,
    "wang": 403,
    "outsider": 403,
    "manager": 403,
    "technician": 403,
    "finance": 200,
    "other_finance": 200,
    "auditor": 200,
    "district_officer": 403,
    "admin": 403,
}

HOUSEHOLD = {"tenant": 200, "landlord": 200}
READERS = {"finance": 403, "cashier": 403, "auditor": 403, "admin": 403}

ROWS: dict[str, dict[str, int]] = {
    "GET /accounts": LISTS,
    "GET /accounts/{account_id}": OWN | HOUSEHOLD,
    "GET /bills": LISTS,
    "GET /bills/{bill_id}": OWN | HOUSEHOLD,
    "POST /meters/{meter_id}/readings": OWN
    | dict.fromkeys(("wang", "tenant", "landlord", "manager", "cashier"), 201)
    | {"finance": 403, "auditor": 403, "admin": 403},
    "POST /payments": OWN | dict.fromkeys(("wang", "tenant", "landlord"), 503) | READERS,
    "GET /payments/{payment_id}": OWN,
    "POST /payments/{payment_id}/cancel": OWN | {"wang": 409} | READERS,
    "POST /payments/{payment_id}/refunds": OWN | READERS | {"wang": 403, "finance": 503},
    "GET /payments/{payment_id}/receipt.pdf": OWN,
    "GET /receipts/check/{code}": {"anonymous": 200, "wang": 200, "outsider": 200},
    "POST /webhooks/stripe": {"anonymous": 503, "wang": 503, "outsider": 503},
    "GET /ledger/trial-balance": BOOKS,
    "GET /ledger/accounts/{account_id}": BOOKS | {"other_finance": 404},
}


def _payment(cast: Cast) -> Payment:
    """A paid property fee, settled as the provider would have said."""
    bill = books.property_fee(cast.home, cast.company)
    payment = orders.begin(cast.wang.actor, bill_ids=[bill.pk], method="card")
    part = payment.parts.get()
    paid = Intent("pi_matrix", "succeeded", part.amount, part.amount, "CNY", str(part.pk), "", None, "")
    settle.settle(settle.SYSTEM, attempt_id=part.pk, intent=paid)
    return payment


def _bill(cast: Cast) -> Bill:
    return books.property_fee(cast.home, cast.company)


def _reading(cast: Cast) -> Call:
    payee = books.make_payee("演示水站", company=cast.company)
    account = books.make_account(cast.home, payee, books.make_tariff(payee, books.WATER, unit="m³"), "water")
    body = {"value": "1003", "read_at": now().isoformat()}
    return Call(path={"meter_id": books.make_meter(account, on=books.yesterday().date()).pk}, body=body)


def _ledger(cast: Cast) -> Call:
    account = LedgerAccount.objects.get(payee=_bill(cast).payee, code=Book.RECEIVABLE)
    return Call(path={"account_id": account.pk})


KEY = {"Idempotency-Key": "matrix"}
CALLS = {
    "GET /accounts/{account_id}": lambda cast: Call(path={"account_id": _bill(cast).account_id}),
    "GET /bills/{bill_id}": lambda cast: Call(path={"bill_id": _bill(cast).pk}),
    "POST /meters/{meter_id}/readings": _reading,
    "POST /payments": lambda cast: Call(body={"bill_ids": [str(_bill(cast).pk)], "method": "card"}, headers=KEY),
    "GET /payments/{payment_id}": lambda cast: Call(path={"payment_id": _payment(cast).pk}),
    "POST /payments/{payment_id}/cancel": lambda cast: Call(path={"payment_id": _payment(cast).pk}),
    "POST /payments/{payment_id}/refunds": lambda cast: Call(
        path={"payment_id": _payment(cast).pk}, body={}, headers=KEY
    ),
    "GET /payments/{payment_id}/receipt.pdf": lambda cast: Call(path={"payment_id": _payment(cast).pk}),
    "GET /receipts/check/{code}": lambda cast: Call(path={"code": _payment(cast).parts.get().receipt.code}),
    "GET /ledger/accounts/{account_id}": _ledger,
}
