"""Walking networks, and the walks from every building that are computed ahead."""

from __future__ import annotations

from django.db import models

from backend.core.clock import now
from backend.core.rows import Row


class Network(Row):
    """One imported or generated area: its streets in metres of UTM `zone`, bounded by west … north in the same metres.

    `version` rises with every change of nodes or edges; processes reload when they see a new one. `digest` is of the streets,
    `walks_digest` of everything that the walk times were computed from.
    """

    name = models.CharField(max_length=80, unique=True)
    zone = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")
    walks_digest = models.CharField(max_length=64, blank=True, default="")
    nodes = models.PositiveIntegerField(default=0)
    edges = models.PositiveIntegerField(default=0)
    west = models.FloatField(default=0)
    south = models.FloatField(default=0)
    east = models.FloatField(default=0)
    north = models.FloatField(default=0)
    imported_at = models.DateTimeField(default=now)


class WalkNode(models.Model):
    """A node, numbered from 0 within its network; metres."""

    pk = models.CompositePrimaryKey("network_id", "number")
    network = models.ForeignKey(Network, on_delete=models.CASCADE)
    number = models.IntegerField()
    easting = models.FloatField()
    northing = models.FloatField()


class WalkEdge(models.Model):
    """A straight piece of a way between two nodes, `tail` < `head`; `effort` is its metres, 1.8 times on steps."""

    pk = models.CompositePrimaryKey("network_id", "tail", "head")
    network = models.ForeignKey(Network, on_delete=models.CASCADE)
    tail = models.IntegerField()
    head = models.IntegerField()
    metres = models.FloatField()
    effort = models.FloatField()


class WalkOrigin(models.Model):
    """A building whose walks have been computed on `network`, `snap_metres` away from its streets, up to `limit` effort."""

    building = models.OneToOneField("community.Building", on_delete=models.CASCADE, primary_key=True, related_name="+")
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="origins")
    lon = models.FloatField()
    lat = models.FloatField()
    snap_metres = models.FloatField()
    limit = models.FloatField()


class WalkTime(models.Model):
    """The easiest walk from a building to a service. Seconds are `effort` divided by the pace (metres a second)."""

    pk = models.CompositePrimaryKey("building_id", "service_at_location_id")
    building = models.ForeignKey("community.Building", on_delete=models.CASCADE, related_name="+", db_index=False)
    service_at_location = models.ForeignKey("directory.ServiceAtLocation", on_delete=models.CASCADE, related_name="+")
    effort = models.FloatField()
    metres = models.FloatField()
    is_estimate = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["building", "effort", "service_at_location"], name="walks_in_order")]
