"""The tree of places, from district to home, and who serves them.

District → subdistrict → community (社区/村) → compound (小区) → building or courtyard → unit → home.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from backend.core.rows import Row


class Place(Row):
    """A named place with a position in WGS-84 degrees, where one is known."""

    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True, default="")
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def label(self, language: str = "zh-CN") -> str:
        """The name in the reader's language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name


class Division(Place):
    """An administrative division with its statistical code (6, 9 or 12 digits)."""

    class Kind(models.TextChoices):
        DISTRICT = "district", "区 district"
        SUBDISTRICT = "subdistrict", "街道/地区 subdistrict"
        COMMUNITY = "community", "社区/村 community"

    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    is_village = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def upwards(self) -> list[Division]:
        """This division and those above it, the district last."""
        line: list[Division] = []
        at: Division | None = self
        while at is not None:
            line.append(at)
            at = at.parent
        return line


class Company(Row):
    """A company that looks after compounds."""

    class Kind(models.TextChoices):
        PROPERTY = "property", "物业服务企业 property company"
        EMERGENCY_PROPERTY = "emergency_property", "应急物业服务 emergency property service"

    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True, default="")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PROPERTY)
    phone = models.CharField(max_length=32, blank=True, default="")
    division = models.ForeignKey(
        Division,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="the subdistrict an emergency property service stands in for",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division"],
                condition=models.Q(kind="emergency_property"),
                name="one_emergency_property_service_a_subdistrict",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def label(self, language: str = "zh-CN") -> str:
        return self.name_en if language.startswith("en") and self.name_en else self.name


class Compound(Place):
    """A residential compound (小区), or a village yard area."""

    class Kind(models.TextChoices):
        COMPOUND = "compound", "小区 compound"
        VILLAGE_YARD = "village_yard", "村院 village yards"

    community = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="compounds")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.COMPOUND)


class ServiceContract(Row):
    """A company serves a compound from one day to another (`valid_to` exclusive; null: no end). Never two at once."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="contracts")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="contracts")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="contract_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="one_contract_a_compound_a_day",
                expressions=[
                    ("compound", RangeOperators.EQUAL),
                    (
                        models.Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class Building(Place):
    """A building with an entrance, or a courtyard."""

    class Kind(models.TextChoices):
        BUILDING = "building", "楼 building"
        COURTYARD = "courtyard", "院 courtyard"

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="buildings")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.BUILDING)


class Unit(Row):
    """A stairwell (单元) of a building."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="units")
    name = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "name"], name="one_unit_of_a_name")]


class Home(Row):
    """Where people live. `compound` and `community` repeat the building's, for the walls and for partitioning."""

    class Kind(models.TextChoices):
        FLAT = "flat", "住宅 flat"
        HOUSE = "house", "平房 house"
        RENTAL_ROOM = "rental_room", "出租房间 rental room"

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="homes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="homes")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="homes")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="homes")
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.FLAT)
    area_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["building", "unit", "name"], name="one_home_of_a_name", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name

    def address(self) -> str:
        """Compound, building, unit and home, as one line (needs `building__compound` and `unit` loaded to be cheap)."""
        unit = f"{self.unit.name}" if self.unit else ""
        return f"{self.building.compound.name}{self.building.name}{unit}{self.name}"
