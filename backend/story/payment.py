"""Second journey: a reading → a bill that explains itself → paid → receipt, and books that add up to zero."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

from backend.core.clock import BEIJING
from backend.story.client import Api, Json, Refused
from backend.story.demo import Cast, NoDemo
from backend.story.telling import Teller

USED = Decimal("3.25")


def tell(teller: Teller, cast: Cast) -> None:
    teller.scene("二、抄表、账单、付款、收据", "A reading, a bill, a payment, a receipt")
    resident, bill = _billed_from_a_reading(teller, cast) or _somebody_who_owes(cast)
    teller.line(
        f"{bill['payee']['name']}出账 {_yuan(bill['amount'])}，{bill['due_on']} 到期，每一行都说得清：",
        f"A bill of {_yuan(bill['amount'])}, due {bill['due_on']}; every line explains itself:",
    )
    teller.detail(
        *(
            f"{line['label']}：{line['quantity']} {line['unit']} × {line['unit_price']} 元 = {_yuan(line['amount'])}"
            for line in bill["lines"]
        )
    )
    payment = resident.post(
        "/payments", {"bill_ids": [bill["id"]], "method": "alipay", "return_url": f"{cast.base}/app"}
    )
    action = (payment["next_action"] or {}).get("type", "")
    teller.line(
        f"用支付宝付（沙箱，不动真钱）：{payment['state']}，{action}",
        "Paying with Alipay (a sandbox: no real money moves).",
    )
    resident.raw("POST", f"/demo/sandbox/authorize/{payment['id']}?outcome=success", b"")
    teller.line("付款人在手机上点了“确认”。", "The payer taps “confirm” on the phone.", "●")
    paid = _wait_until_paid(resident, payment["id"])
    teller.line(
        "沙箱发来签名回调，账已入、账单已销。", "A signed webhook arrives; the books are written, the bill is paid."
    )
    receipt = resident.raw("GET", f"/api/v1/payments/{payment['id']}/receipt.pdf")
    number = paid["parts"][0]["receipt"]["number"]
    teller.line(
        f"收据 {number}，PDF {len(receipt) / 1024:.0f} KB。",
        f"Receipt {number}: a PDF of {len(receipt) / 1024:.0f} KB.",
        "✓",
    )
    _tell_books(teller, cast)


def _billed_from_a_reading(teller: Teller, cast: Cast) -> tuple[Api, Json] | None:
    """The first meter whose bill of this month is still to come: read by the household, then billed. None when all are billed."""
    month = datetime.now(BEIJING).strftime("%Y-%m")
    for position in range(cast.count("resident")):
        resident = cast.enter("resident", position)
        for account in resident.get("/accounts")["items"]:
            meter = account["meter"]
            if not meter or not meter["last"] or account["mode"] != "postpaid":
                continue
            billed = resident.get("/bills", account_id=account["id"], limit=1)["items"]
            if billed and billed[0]["period_start"].startswith(month):
                continue
            if not _read_meter(teller, resident, account):
                continue
            cast.command("issue-bills", "--account-no", account["account_no"], "--month", month)
            found = resident.get("/bills", state="open", account_id=account["id"], limit=1)["items"]
            if found:
                return resident, found[0]
    return None


def _read_meter(teller: Teller, resident: Api, account: Json) -> bool:
    """Report what the meter shows today, a little more than last time; and one mistake. False when it is not accepted."""
    path, shown = f"/meters/{account['meter']['id']}/readings", Decimal(str(account["meter"]["last"]["value"]))
    try:
        resident.post(path, {"value": str(shown + USED), "read_at": datetime.now(UTC).isoformat()})
    except Refused as refused:
        if refused.status != 422:
            raise
        return False
    teller.line(
        f"{resident.name}自己抄表：{account['payee']['name']}，户号 {account['account_no']}，读数 {shown + USED}。",
        f"{resident.name} reads the meter: {shown + USED} {account['unit'] or ''}.",
    )
    try:
        resident.post(path, {"value": str(shown), "read_at": datetime.now(UTC).isoformat()})
    except Refused as refused:
        reason = refused.problem.get("errors", [{}])[0].get("detail", "")
        teller.line(f"再抄一次抄错了：{reason}（{refused.status}）。", "A wrong reading is refused, with the reason.")
    return True


def _somebody_who_owes(cast: Cast) -> tuple[Api, Json]:
    """The first resident with an open bill, best one whose bill has several lines."""
    for position in range(cast.count("resident")):
        resident = cast.enter("resident", position)
        bills = [one for one in resident.get("/bills", state="open")["items"] if one["unpaid"] > 0]
        if bills:
            return resident, max(bills, key=lambda bill: len(bill["lines"]))
    raise NoDemo("every bill of the demo's residents is paid: start over with a fresh YIKE_HOME")


def _wait_until_paid(resident: Api, payment_id: str) -> Json:
    ends = time.monotonic() + 15
    while time.monotonic() < ends:
        payment: Json = resident.get(f"/payments/{payment_id}")
        if payment["state"] == "paid":
            return payment
        time.sleep(0.1)
    raise TimeoutError("the payment did not become paid within 15 s")


def _tell_books(teller: Teller, cast: Cast) -> None:
    books = cast.enter("finance").get("/ledger/trial-balance")
    debit = sum(account["debit"] for account in books["accounts"])
    teller.line(
        f"财务的试算平衡表：借 {_yuan(debit)}，借贷相抵 {_yuan(books['total'])}。",
        f"Finance's trial balance: debits {_yuan(debit)}; debits less credits {_yuan(books['total'])}.",
        "✓",
    )


def _yuan(fen: int) -> str:
    return f"¥{Decimal(fen) / 100:,.2f}"
