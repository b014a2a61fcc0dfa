"""Tariffs as dated data: a tariff has versions, a version has tiers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models

from backend.core.models import Row
from payments.tariffs import Step


class Tariff(Row):
    """What one payee asks for one kind of service.

    `basis`: metered (by readings), area (the home's m², once a period) or flat (one unit a period). `window`: over what the tiers
    are cumulative. `due_days`: a bill is due so many days after it was issued.
    """

    class Basis(models.TextChoices):
        METERED = "metered"
        AREA = "area"
        FLAT = "flat"

    class Window(models.TextChoices):
        MONTH = "month"
        YEAR = "year"

    payee = models.ForeignKey("payments.Payee", models.PROTECT, related_name="tariffs")
    code = models.SlugField(max_length=64, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    basis = models.CharField(max_length=8, choices=Basis.choices)
    unit = models.CharField(max_length=12)
    window = models.CharField(max_length=8, choices=Window.choices, default=Window.MONTH)
    due_days = models.PositiveSmallIntegerField(default=30)

    def version_on(self, day: date) -> TariffVersion | None:
        """The version in force on a day, None before the first."""
        return self.versions.filter(valid_from__lte=day).order_by("-valid_from").first()


class TariffVersion(Row):
    """Prices from a day on, until the next version begins. `uplift` widens every finite bound for a large household."""

    tariff = models.ForeignKey(Tariff, models.CASCADE, related_name="versions")
    valid_from = models.DateField()
    uplift = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))
    source = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tariff", "valid_from"], name="one_tariff_version_a_day")]

    def steps(self) -> list[Step]:
        """The tiers for the engine, in order."""
        return [Step(tier.upto, tier.price) for tier in self.tiers.all()]


class Tier(Row):
    """One tier: `price` yuan per unit up to and with `upto` (null: open) of the window's quantity."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="tiers")
    position = models.PositiveSmallIntegerField()
    upto = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=6)
    label_zh = models.CharField(max_length=80)
    label_en = models.CharField(max_length=80)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="one_tier_a_position"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="tier_price_not_negative"),
        ]
