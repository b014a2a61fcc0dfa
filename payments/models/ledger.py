"""The ledger: double entry, one set of books a payee, append-only by database rule (see migration 0002)."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from backend.core.models import Row
from backend.people.actor import Actor
from backend.people.roles import Can
from payments.sight import of_company

M = TypeVar("M", bound=models.Model)


class LedgerQuerySet(models.QuerySet[M]):
    def visible_to(self, actor: Actor) -> Self:
        """The books of the companies in which the actor may read the ledger."""
        return self.filter(of_company(actor, Can.LEDGER_READ))


class LedgerAccount(Row):
    """One account of a payee's books; `code` after the Chinese accounting standards (1012, 1122, 2203, 6001)."""

    payee = models.ForeignKey("payments.Payee", models.PROTECT, related_name="ledger_accounts")
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=8)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)

    objects = LedgerQuerySet["LedgerAccount"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payee", "code"], name="one_ledger_account_a_code")]


class Posting(Row):
    """One business fact in the books. `dedupe_key` names the fact, so that it is posted once; `lines` counts its entries."""

    payee = models.ForeignKey("payments.Payee", models.PROTECT, related_name="postings")
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=24)
    dedupe_key = models.CharField(max_length=120, unique=True)
    posted_at = models.DateTimeField()
    lines = models.PositiveSmallIntegerField()


class Entry(Row):
    """One signed amount in fen: positive is debit, negative credit. `bill` ties a receivable to what it is owed for."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="entries")
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="+")
    bill = models.ForeignKey("payments.Bill", models.PROTECT, null=True, blank=True, related_name="entries")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    objects = LedgerQuerySet["Entry"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="entry_statement")]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_not_zero")]
