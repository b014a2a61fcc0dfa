"""Receipts: one for each settled attempt, with a number and a code by which anyone can check it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from backend.core.clock import BEIJING, now, today
from backend.core.money import yuan
from backend.env import env
from backend.people.models import User
from backend.people.reading import name_of
from payments.capitals import capitals
from payments.models import Allocation, Attempt, Payment, Receipt
from payments.notices import KINDS
from payments.paper import Paper, PaperLine, draw

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
ONE_DAY: Final = timedelta(days=1)
METHODS: Final = {"card": "银行卡 Card", "alipay": "支付宝 Alipay", "wechat_pay": "微信支付 WeChat Pay"}


def issue(attempt: Attempt) -> Receipt:
    """Write the attempt's receipt (inside the verb that settles it)."""
    return Receipt.objects.create(
        attempt=attempt,
        payee_id=attempt.payee_id,
        number=f"{today():%Y%m%d}-{_random(8)}",
        code=_random(12),
        issued_at=now(),
        amount=attempt.amount,
        currency=attempt.currency,
    )


def check_url(receipt: Receipt) -> str:
    """Where anyone can check the receipt."""
    return f"{env.public_url}/api/v1/receipts/check/{receipt.code}"


def pdf(payment: Payment, parts: list[Attempt]) -> bytes:
    """The receipts of a payment's settled parts, a page each. `parts` have their receipt, payee and allocations loaded.

    The payer's name stands on the copies of those who may see the payer.
    """
    return draw([_paper(payment, part) for part in parts])


def _paper(payment: Payment, part: Attempt) -> Paper:
    receipt = part.receipt
    return Paper(
        number=receipt.number,
        code=receipt.code,
        check_url=check_url(receipt),
        issued_at=receipt.issued_at.astimezone(BEIJING),
        payee=part.payee.name_zh,
        payee_en=part.payee.name_en,
        payer=name_of(User.objects.filter(pk=payment.payer_id).first()),
        method=METHODS[payment.method],
        lines=[_line(one) for one in part.allocations.all()],
        total=yuan(receipt.amount),
        capitals=capitals(receipt.amount),
        refunded=yuan(part.refunded) if part.refunded else "",
    )


def _line(allocation: Allocation) -> PaperLine:
    bill = allocation.bill
    zh, en = KINDS[bill.account.kind]
    last = bill.period_end - ONE_DAY
    return PaperLine(
        name=f"{zh} {en}",
        account_no=bill.account.masked_no,
        period=f"{bill.period_start:%Y-%m-%d} – {last:%Y-%m-%d}",
        quantity=f"{bill.quantity.normalize():f} {bill.unit}",
        amount=yuan(allocation.amount),
    )


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
