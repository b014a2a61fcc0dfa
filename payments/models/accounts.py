"""Who is paid, for which home, and what its meter says."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from backend.core.models import Row
from backend.people.actor import Actor
from payments.sight import own_or_company


class Payee(Row):
    """Who receives the money. `merchant_account`: its connected account at the provider, empty for the platform's own.

    A property company prices by its own tariffs, so what is paid is posted at the biller at once; a utility posts by itself.
    """

    class Kind(models.TextChoices):
        PROPERTY = "property"
        UTILITY = "utility"

    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    merchant_account = models.CharField(max_length=64, blank=True)
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="payees")

    @property
    def is_own_biller(self) -> bool:
        return self.kind == self.Kind.PROPERTY


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, actor: Actor) -> AccountQuerySet:
        """The accounts of the actor's own homes, and those of the payees whose books the actor may read."""
        return self.filter(own_or_company(actor))


class Account(Row):
    """A home's account at a payee. `account_no` is the 户号. Home, community, compound and company never change after creation."""

    class Kind(models.TextChoices):
        WATER = "water"
        ELECTRICITY = "electricity"
        GAS = "gas"
        HEATING = "heating"
        PROPERTY = "property"
        PARKING = "parking"

    class Mode(models.TextChoices):
        POSTPAID = "postpaid"
        PREPAID = "prepaid"

    payee = models.ForeignKey(Payee, models.PROTECT, related_name="accounts")
    home = models.ForeignKey("community.Home", models.PROTECT, related_name="+")
    community = models.ForeignKey("community.Division", models.PROTECT, related_name="+")
    compound = models.ForeignKey("community.Compound", models.PROTECT, related_name="+")
    company = models.ForeignKey("community.Company", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.POSTPAID)
    tariff = models.ForeignKey("payments.Tariff", models.PROTECT, null=True, blank=True, related_name="accounts")
    account_no = models.CharField(max_length=32, unique=True)
    is_large_household = models.BooleanField(default=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["home"], name="account_of_home")]

    @property
    def masked_no(self) -> str:
        """The account number with its middle hidden, for papers that others may see."""
        shown = self.account_no
        return f"{shown[:3]}****{shown[-3:]}" if len(shown) > 6 else "****"


class Meter(Row):
    """A register that counts up. Consumption is the difference of two readings times `multiplier`, in the tariff's unit."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="meters")
    register = models.CharField(max_length=40)
    multiplier = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal(1))
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(multiplier__gt=0), name="meter_multiplier_positive"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_active=True), name="one_active_meter_an_account"
            ),
        ]


class Reading(Row):
    """What a meter showed at `read_at`. Never edited; `photo_id` names the picture of the dial, if one was sent."""

    class Source(models.TextChoices):
        RESIDENT = "resident"
        STAFF = "staff"
        IMPORT = "import"

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings")
    value = models.DecimalField(max_digits=14, decimal_places=3)
    read_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source.choices)
    reader_id = models.UUIDField(null=True, blank=True)
    photo_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gte=0), name="reading_not_negative"),
            models.UniqueConstraint(fields=["meter", "read_at"], name="one_reading_an_instant"),
        ]
        indexes = [models.Index(fields=["meter", "-read_at"], name="reading_newest")]
