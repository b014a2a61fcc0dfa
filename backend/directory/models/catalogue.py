"""Who offers what, where and when: HSDS 3.1 organization, service, location, service_at_location, schedule, taxonomy_term.

A row from outside carries `source` (`osm`, `seed`) and the `external_id` it has there; the pair is unique, so that a second
import finds what the first one made. Rows are never deleted: what is gone becomes `defunct`.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Q

from backend.core import geo
from backend.core.clock import now
from backend.core.rows import Row


class Status(models.TextChoices):
    """HSDS's states of a service."""

    ACTIVE = "active", "在用 active"
    INACTIVE = "inactive", "停用 inactive"
    DEFUNCT = "defunct", "已不存在 defunct"
    TEMPORARILY_CLOSED = "temporarily closed", "暂停 temporarily closed"


class TaxonomyTerm(Row):
    """One kind of service, or a group of kinds (`parent` null). `lists` are the official lists it is on, by spaces."""

    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    lists = models.CharField(max_length=80, blank=True, default="")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def label(self, language: str = "zh-CN") -> str:
        """Return the name in the reader's language."""
        return self.name_en if language.startswith("en") else self.name


class Sourced(Row):
    """A row that may come from outside."""

    source = models.CharField(max_length=16, default="desk")
    external_id = models.CharField(max_length=80, blank=True, default="")
    last_modified = models.DateTimeField(default=now)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="%(class)s_once_a_source"
            )
        ]


class Organization(Sourced):
    """Who offers services."""

    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True, default="")
    description = models.TextField(blank=True, default="")
    description_en = models.TextField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    url = models.CharField(max_length=510, blank=True, default="")
    email = models.EmailField(blank=True, default="")


class Program(Row):
    """A programme of an organization that several services belong to."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="programs")
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True, default="")
    description = models.CharField(max_length=400, blank=True, default="")
    description_en = models.CharField(max_length=400, blank=True, default="")


class Service(Sourced):
    """What is offered. A blank `name` is shown as the name of its category. `languages` are ISO 639 codes, ages whole years.

    `is_certified` is what the credit record says now (see `backend.directory.credit`).
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    category = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=200, blank=True, default="")
    name_en = models.CharField(max_length=200, blank=True, default="")
    description = models.TextField(blank=True, default="")
    description_en = models.TextField(blank=True, default="")
    url = models.CharField(max_length=510, blank=True, default="")
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    program = models.ForeignKey(Program, on_delete=models.SET_NULL, null=True, blank=True, related_name="services")
    email = models.EmailField(blank=True, default="")
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    eligibility = models.CharField(max_length=400, blank=True, default="")
    eligibility_en = models.CharField(max_length=400, blank=True, default="")
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    application = models.CharField(max_length=400, blank=True, default="", help_text="how to apply or book")
    application_en = models.CharField(max_length=400, blank=True, default="")
    fees = models.CharField(max_length=400, blank=True, default="")
    fees_en = models.CharField(max_length=400, blank=True, default="")
    alert = models.CharField(max_length=400, blank=True, default="")
    alert_en = models.CharField(max_length=400, blank=True, default="")
    is_certified = models.BooleanField(default=False)
    rating_sum = models.PositiveIntegerField(default=0)
    rating_count = models.PositiveIntegerField(default=0)
    doubted_at = models.DateTimeField(
        null=True, blank=True, help_text="since when several residents say that it has closed; null: nobody doubts it"
    )
    area = models.ForeignKey(
        "directory.Network", on_delete=models.SET_NULL, null=True, blank=True, related_name="services",
        help_text="the imported area that keeps this service up to date",
    )  # fmt: skip

    class Meta(Sourced.Meta):
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(condition=Q(status__in=Status.values), name="service_status_of_hsds"),
            models.CheckConstraint(
                condition=Q(minimum_age__isnull=True)
                | Q(maximum_age__isnull=True)
                | Q(maximum_age__gte=models.F("minimum_age")),
                name="service_ages_in_order",
            ),
        ]
        indexes = [models.Index(fields=["last_modified", "id"], name="service_modified")]

    @property
    def rating(self) -> float | None:
        """The mean of the ratings (1–5) to one decimal; None without any."""
        return round(self.rating_sum / self.rating_count, 1) if self.rating_count else None


class Location(Sourced):
    """A place: WGS-84 degrees, and the same in metres of its UTM zone. `place` keeps the two together.

    What is only online (`kind` virtual, `url`) is nowhere: zone 0, which no street network and so no circle has.
    """

    class Kind(models.TextChoices):
        """HSDS's `location_type`."""

        PHYSICAL = "physical", "地点 physical"
        POSTAL = "postal", "邮寄地址 postal"
        VIRTUAL = "virtual", "线上 virtual"

    community = models.ForeignKey(
        "community.Division", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lon = models.FloatField()
    lat = models.FloatField()
    zone = models.PositiveSmallIntegerField()
    easting = models.FloatField()
    northing = models.FloatField()
    timezone = models.CharField(max_length=40, default="Asia/Shanghai")
    address = models.CharField(max_length=200, blank=True, default="")
    address_en = models.CharField(max_length=200, blank=True, default="")
    postal_code = models.CharField(max_length=20, blank=True, default="")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PHYSICAL)
    url = models.CharField(max_length=510, blank=True, default="", help_text="where a virtual place is")
    name = models.CharField(max_length=120, blank=True, default="", help_text="of the building or hall, if it has one")
    name_en = models.CharField(max_length=120, blank=True, default="")
    transportation = models.CharField(max_length=300, blank=True, default="", help_text="how to get there")
    transportation_en = models.CharField(max_length=300, blank=True, default="")
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    accessibility = models.CharField(
        max_length=8, blank=True, default="", help_text="yes, limited, no or unknown (blank)"
    )
    accessibility_details = models.CharField(max_length=300, blank=True, default="")

    class Meta(Sourced.Meta):
        indexes = [GistIndex(Func("easting", "northing", function="point"), name="location_point")]
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90), name="location_on_earth"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["physical", "postal", "virtual"]), name="location_type_of_hsds"
            ),
        ]

    def place(self, lon: float, lat: float, zone: int | None = None) -> None:
        """Put the location at WGS-84 degrees, measured in the given UTM zone or its own; raises Invalid off the earth."""
        geo.check_position(lon, lat)
        self.lon, self.lat, self.zone = lon, lat, zone or geo.utm_zone(lon)
        self.easting, self.northing = geo.utm(lon, lat, self.zone)

    def put_online(self, url: str) -> None:
        """Make it a virtual place."""
        self.kind, self.url = self.Kind.VIRTUAL, url
        self.lon = self.lat = self.easting = self.northing = 0.0
        self.zone = 0


class ServiceAtLocation(Row):
    """One service at one place: what a circle lists.

    `hours` and `closed` repeat `schedules` and `closures` as short texts (`backend.directory.hours.compiled`); null hours are
    unknown. `hours_text` keeps what the source said. `make_up_day`: the weekday whose hours a weekend that is worked (调休)
    follows, `MO` … `FR`; blank, it stays a weekend.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_at_locations")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="service_at_locations")
    phone = models.CharField(max_length=40, blank=True, default="")
    hours_text = models.CharField(max_length=500, blank=True, default="")
    hours = models.TextField(null=True, blank=True, editable=False)  # noqa: DJ001 - null is unknown, "" would be hours
    closed = models.TextField(blank=True, default="", editable=False)
    make_up_day = models.CharField(max_length=2, blank=True, default="")
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "location"], name="one_service_at_a_location")]
        indexes = [GinIndex(fields=["search"], name="service_search")]
