"""Payments, their attempts at the provider, refunds and receipts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from backend.core.due import DueRow
from backend.core.models import Row
from backend.people.actor import Actor
from payments.flow import ACTIVE, State
from payments.sight import of_company

STATES = [(state.value, state.value) for state in State]


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, actor: Actor) -> PaymentQuerySet:
        """The person's own payments, and those with a part for a payee whose books the actor may read."""
        parts = Attempt.objects.filter(of_company(actor), payment_id=models.OuterRef("pk"))
        return self.filter(Q(payer_id=actor.person_id) | models.Exists(parts))


class Payment(Row):
    """What one person pays at once: bills of one or more payees, by one method. `state` follows from its parts.

    `key_row` is the idempotency row under which it was begun, so that a repeat resumes it.
    """

    class Method(models.TextChoices):
        CARD = "card"
        ALIPAY = "alipay"
        WECHAT_PAY = "wechat_pay"

    payer = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    method = models.CharField(max_length=12, choices=Method.choices)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(max_length=16, choices=STATES, default=State.CREATING)
    key_row = models.UUIDField(null=True, blank=True, unique=True)

    is_repeat = False

    objects = PaymentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["payer", "-created_at"], name="payment_of_payer")]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive")]


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def active(self) -> AttemptQuerySet:
        return self.filter(state__in=ACTIVE)


class Attempt(Row, DueRow):
    """One part of a payment: one payee, one payment intent at the provider, one try. Its amount is frozen.

    `client` is sealed JSON for the payer's device while the attempt is active: `{"client_secret", "next_action"}`. `due_at` is
    when the sweep looks next. `failure` is the provider's short code.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="parts")
    payee = models.ForeignKey("payments.Payee", models.PROTECT, related_name="+")
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="+")
    payer = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    refunded = models.BigIntegerField(default=0)
    state = models.CharField(max_length=16, choices=STATES, default=State.CREATING)
    intent_id = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001 - unique, and null until the provider gave it
    client = models.BinaryField(null=True)
    failure = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    is_fresh = False

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="attempt_due", condition=Q(due_at__isnull=False))]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="attempt_refund_within"
            ),
        ]

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE


class Allocation(Row):
    """How much of an attempt is for which bill. While `is_active`, no other attempt can hold the bill (partial unique index)."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="allocations")
    bill = models.ForeignKey("payments.Bill", models.PROTECT, related_name="allocations")
    amount = models.BigIntegerField()
    settled = models.BigIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["bill_id"]
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=Q(is_active=True), name="one_active_attempt_a_bill"),
            models.UniqueConstraint(fields=["attempt", "bill"], name="one_allocation_a_bill"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
            models.CheckConstraint(
                condition=Q(settled__gte=0, settled__lte=F("amount")), name="allocation_settled_within"
            ),
        ]


class Refund(Row, DueRow):
    """Money given back on a settled attempt. In the books only once the provider says it succeeded."""

    class State(models.TextChoices):
        CREATING = "creating"
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    class Reason(models.TextChoices):
        REQUESTED = "requested_by_customer"
        DUPLICATE = "duplicate"

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="refunds")
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="+")
    payer = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=24, choices=Reason.choices, default=Reason.REQUESTED)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CREATING)
    provider_id = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001 - unique, and null until the provider gave it
    requested_by = models.UUIDField(null=True, blank=True)
    key_row = models.UUIDField(null=True, blank=True, unique=True)
    posted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="refund_due", condition=Q(due_at__isnull=False))]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]


class Receipt(Row):
    """The proof of one settled attempt. Holds nothing personal: anyone with the code may check it."""

    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="receipt")
    payee = models.ForeignKey("payments.Payee", models.PROTECT, related_name="+")
    number = models.CharField(max_length=24, unique=True)
    code = models.CharField(max_length=16, unique=True)
    issued_at = models.DateTimeField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
