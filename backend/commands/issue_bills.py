"""Issue the bills of named accounts for one calendar month, from their readings and tariffs, and print every line.

    python -m backend issue-bills --account-no 9900001000 --month 2026-10

A month that is not named is the last one that has ended (in Beijing). An account that has its bill for the month is refused, so
that nothing is ever billed twice. Exit 1 when any account could not be billed; the others are.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.models import Bill

PROCESS = "worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account-no", required=True, nargs="+", metavar="NO", help="户号, one or several")
    parser.add_argument("--month", type=_month, metavar="YYYY-MM", help="default: the month before this one")


def run(args: argparse.Namespace) -> int:
    from backend.core.clock import today
    from backend.core.errors import Refusal
    from backend.people.actor import Actor
    from payments import billing
    from payments.models import Account

    day = args.month or today().replace(day=1) - timedelta(days=1)
    start, end = billing.month(day.year, day.month)
    refused = 0
    for number in args.account_no:
        account = Account.objects.filter(account_no=number).first()
        try:
            if account is None:
                raise LookupError("no account has this number")
            bill = billing.issue_bill(
                Actor.system("issue-bills"), account_id=account.pk, period_start=start, period_end=end
            )
        except LookupError as wrong:
            refused += 1
            print(f"{number} {start:%Y-%m}: {wrong}", file=sys.stderr)
        except Refusal as wrong:
            refused += 1
            print(f"{number} {start:%Y-%m}: {wrong.text('en')} {wrong.text()} ({wrong.code})", file=sys.stderr)
        else:
            print("\n".join(_shown(number, bill)))
    return 1 if refused else 0


def _shown(number: str, bill: Bill) -> list[str]:
    """The bill as text: a head, then a line for each of its lines."""
    from backend.core.money import yuan

    head = f"{number}  {bill.period_start:%Y-%m}  ¥{yuan(bill.amount)}  due {bill.due_on}  {bill.pk}"
    lines = [
        f"  {line.label_zh} / {line.label_en}: {line.quantity.normalize():f} {line.unit}"
        f" × ¥{line.unit_price.normalize():f} = ¥{yuan(line.amount)}"
        for line in bill.lines.all()
    ]
    return [head, *lines]


def _month(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}", text):
        raise argparse.ArgumentTypeError("write a month as YYYY-MM, such as 2026-10")
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"there is no month {text}") from None
