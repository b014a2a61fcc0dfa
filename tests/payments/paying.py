"""What a payer does, for the tests."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from payments.models import Attempt, Bill
from tests.cast import Http


def pay(member: Any, *bills: Bill, method: str = "card", key: str | None = None, **body: Any) -> Any:
    """`POST /payments` for these bills; the answer."""
    headers = {"Idempotency-Key": key or uuid4().hex}
    asked = {"bill_ids": [str(bill.pk) for bill in bills], "method": method} | body
    return Http(member).post("/payments", asked, headers=headers)


def intent_of(answer: Any, part: int = 0) -> str:
    """The provider's intent behind a part of a started payment."""
    found = Attempt.objects.get(pk=answer.json()["parts"][part]["id"]).intent_id
    assert found
    return found
