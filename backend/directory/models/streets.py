"""Walking networks: streets, gates and entrances, and the walks from every building that are computed ahead.

What is computed ahead exists twice, in tables of the same shape: `Walk…` on foot, `Wheel…` in a wheelchair.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.core.clock import now
from backend.core.due import DueRow
from backend.core.rows import Row


class Network(Row, DueRow):
    """One imported or generated area: its streets in metres of UTM `zone`, bounded by west … north in the same metres.

    `version` rises with every change of streets, gates or entrances; processes reload when they see a new one. `digest` is of
    these. `timezone` is the clock of the gates' opening hours. As a due row it is looked at again and again by the worker, for
    buildings, services and streets that changed since their walks were computed.
    """

    name = models.CharField(max_length=80, unique=True)
    zone = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")
    timezone = models.CharField(max_length=40, default="Asia/Shanghai")
    nodes = models.PositiveIntegerField(default=0)
    edges = models.PositiveIntegerField(default=0)
    west = models.FloatField(default=0)
    south = models.FloatField(default=0)
    east = models.FloatField(default=0)
    north = models.FloatField(default=0)
    imported_at = models.DateTimeField(default=now)


class WalkNode(models.Model):
    """A node, in metres; its number stays with its position when the network changes."""

    pk = models.CompositePrimaryKey("network_id", "number")
    network = models.ForeignKey(Network, on_delete=models.CASCADE)
    number = models.IntegerField()
    easting = models.FloatField()
    northing = models.FloatField()


class WalkEdge(models.Model):
    """A straight piece of a way between two nodes, `tail` < `head`, or a gate of no length.

    `effort` is its metres, 1.8 times on steps; `wheels` the same in a wheelchair, null where none can pass.
    """

    pk = models.CompositePrimaryKey("network_id", "tail", "head")
    network = models.ForeignKey(Network, on_delete=models.CASCADE)
    tail = models.IntegerField()
    head = models.IntegerField()
    metres = models.FloatField()
    effort = models.FloatField()
    wheels = models.FloatField(null=True, blank=True)


class WalkGate(models.Model):
    """The edge `tail`–`head` leads through a gate that is not open to everybody always.

    `access` is `open` (at its hours), `private` (who lives behind it has the key) or `no`. `hours` and `shut` are texts in OSM's
    grammar: when it is open, when it is closed; blank: always, never.
    """

    pk = models.CompositePrimaryKey("network_id", "tail", "head")
    network = models.ForeignKey(Network, on_delete=models.CASCADE)
    tail = models.IntegerField()
    head = models.IntegerField()
    access = models.CharField(max_length=8)
    hours = models.CharField(max_length=255, blank=True, default="")
    shut = models.CharField(max_length=255, blank=True, default="")


class Entrance(models.Model):
    """A door through which people enter a building, as a map has it: node `ref`, WGS-84 degrees.

    `outline` is the building's ring as lon, lat, lon, lat …: a `community.Building` inside it is the one. `wheelchair` is yes,
    limited, no or blank.
    """

    pk = models.CompositePrimaryKey("network_id", "ref")
    network = models.ForeignKey(Network, on_delete=models.CASCADE)
    ref = models.BigIntegerField()
    lon = models.FloatField()
    lat = models.FloatField()
    kind = models.CharField(max_length=16)
    wheelchair = models.CharField(max_length=8, blank=True, default="")
    outline = ArrayField(models.FloatField())


class Origin(models.Model):
    """A building (at `lon`, `lat`) whose walks are computed on `network`, up to `limit` effort.

    They begin at `start_lon`, `start_lat`: its entrance, or itself. It joins the edge `tail`–`head`, `along` metres from the tail
    and `snap_metres` away. `is_stale`: the streets around have changed since; the walks kept are those of before.
    """

    building = models.OneToOneField("community.Building", on_delete=models.CASCADE, primary_key=True, related_name="+")
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+")
    lon = models.FloatField()
    lat = models.FloatField()
    start_lon = models.FloatField(default=0)
    start_lat = models.FloatField(default=0)
    tail = models.IntegerField(default=0)
    head = models.IntegerField(default=0)
    along = models.FloatField(default=0)
    snap_metres = models.FloatField()
    limit = models.FloatField()
    is_stale = models.BooleanField(default=True)

    class Meta:
        abstract = True


class Target(models.Model):
    """Where a service joins the streets of `network`, and that the walks kept are those to there.

    `tail`, `head`, `along` and `leg` as of an `Origin`, without `tail` none can reach it; but `is_estimate`: no street is near at
    all, and its walks are guessed. `is_stale`: the streets around have changed since.
    """

    pk = models.CompositePrimaryKey("network_id", "service_at_location_id")
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+", db_index=False)
    service_at_location = models.ForeignKey("directory.ServiceAtLocation", on_delete=models.CASCADE, related_name="+")
    lon = models.FloatField()
    lat = models.FloatField()
    tail = models.IntegerField(null=True, blank=True)
    head = models.IntegerField(null=True, blank=True)
    along = models.FloatField(default=0)
    leg = models.FloatField(default=0)
    is_estimate = models.BooleanField(default=False)
    is_stale = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Time(models.Model):
    """The easiest walk from a building to a service. Seconds are `effort` divided by the pace (metres a second)."""

    pk = models.CompositePrimaryKey("building_id", "service_at_location_id")
    building = models.ForeignKey("community.Building", on_delete=models.CASCADE, related_name="+", db_index=False)
    service_at_location = models.ForeignKey("directory.ServiceAtLocation", on_delete=models.CASCADE, related_name="+")
    effort = models.FloatField()
    metres = models.FloatField()
    is_estimate = models.BooleanField(default=False)

    class Meta:
        abstract = True


class WalkOrigin(Origin):
    """A building from which walks on foot are kept."""


class WalkTarget(Target):
    """A service to which walks on foot are kept."""


class WalkTime(Time):
    """A walk on foot."""

    class Meta:
        indexes = [models.Index(fields=["building", "effort", "service_at_location"], name="walks_in_order")]


class WheelOrigin(Origin):
    """A building from which walks in a wheelchair are kept."""


class WheelTarget(Target):
    """A service to which walks in a wheelchair are kept."""


class WheelTime(Time):
    """A walk in a wheelchair."""

    class Meta:
        indexes = [models.Index(fields=["building", "effort", "service_at_location"], name="wheels_in_order")]
