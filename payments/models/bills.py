"""Bills and the lines that explain them."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from backend.core.clock import today
from backend.core.models import Row
from backend.people.actor import Actor
from payments.sight import own_or_company


class BillQuerySet(models.QuerySet["Bill"]):
    def visible_to(self, actor: Actor) -> BillQuerySet:
        """The bills of the actor's own homes, and those of the payees whose books the actor may read."""
        return self.filter(own_or_company(actor))

    def open(self) -> BillQuerySet:
        return self.filter(state=Bill.State.OPEN)

    def in_full(self) -> BillQuerySet:
        """With all that a rendered bill needs, in a fixed number of queries."""
        return self.select_related("account", "payee").prefetch_related("lines")


class Bill(Row):
    """What an account owes for a period [`period_start`, `period_end`). Money is whole fen.

    `paid` is what the ledger has settled on this bill; `posted_at_biller` is when the biller's own system had it too.
    Home, community and company are the account's, frozen here.
    """

    class State(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        VOID = "void"

    account = models.ForeignKey("payments.Account", models.PROTECT, related_name="bills")
    payee = models.ForeignKey("payments.Payee", models.PROTECT, related_name="bills")
    home = models.ForeignKey("community.Home", models.PROTECT, related_name="+")
    community = models.ForeignKey("community.Division", models.PROTECT, related_name="+")
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="+")
    period_start = models.DateField()
    period_end = models.DateField()
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=12)
    opening = models.ForeignKey("payments.Reading", models.PROTECT, null=True, blank=True, related_name="+")
    closing = models.ForeignKey("payments.Reading", models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    paid = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    paid_at = models.DateTimeField(null=True, blank=True)
    posted_at_biller = models.DateTimeField(null=True, blank=True)

    objects = BillQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["home", "state", "-issued_at"], name="bill_of_home"),
            models.Index(fields=["company", "state", "-issued_at"], name="bill_of_company"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("amount")), name="bill_paid_within_amount"),
            models.CheckConstraint(
                condition=Q(state="void", paid=0)
                | Q(state="paid", paid=F("amount"))
                | Q(state="open", paid__lt=F("amount")),
                name="bill_state_follows_paid",
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="bill_period_has_days"),
            models.UniqueConstraint(
                fields=["account", "period_start"], condition=~Q(state="void"), name="one_bill_a_period"
            ),
        ]

    @property
    def unpaid(self) -> int:
        """Fen still owed; nothing on a void bill."""
        return 0 if self.state == self.State.VOID else self.amount - self.paid

    def arrears(self, day: date | None = None) -> int:
        """Fen owed past the due date, on `day` (default today in Beijing)."""
        return self.unpaid if (day or today()) > self.due_on else 0

    def settle(self, fen: int) -> Self:
        """Add (or, negative, take back) settled money; sets the state that follows. Does not save."""
        self.paid += fen
        self.state = self.State.PAID if self.paid == self.amount else self.State.OPEN
        return self


class BillLine(Row):
    """One explained line: `quantity` × `unit_price` yuan in `tier` of the window; the lines of a bill add up to its amount."""

    bill = models.ForeignKey(Bill, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    tier = models.PositiveSmallIntegerField()
    label_zh = models.CharField(max_length=160)
    label_en = models.CharField(max_length=160)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=12)
    unit_price = models.DecimalField(max_digits=12, decimal_places=6)
    amount = models.BigIntegerField()

    class Meta:
        ordering = ["bill", "position"]
        constraints = [models.UniqueConstraint(fields=["bill", "position"], name="one_bill_line_a_position")]
