"""The contract's walking time a second time, from the PBF with networkx: shares no code with what it checks.

Every origin and service becomes a node of the graph: its edge is cut at the snap point and a straight leg is added.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmium
import pyproj

PBF = Path(__file__).parents[1] / "data" / "Helsinki.osm.pbf"
WAYS = """footway path pedestrian steps living_street residential service unclassified tertiary secondary primary
track cycleway corridor platform road"""

_to_utm = pyproj.Transformer.from_crs(4326, 32635, always_xy=True)


class _Ways(osmium.SimpleHandler):
    def __init__(self) -> None:
        super().__init__()
        self.where: dict[int, tuple[float, float]] = {}
        self.pieces: list[tuple[int, int, float]] = []
        self.services: dict[int, tuple[float, float]] = {}

    def node(self, node: Any) -> None:
        if "amenity" in node.tags or "shop" in node.tags:
            self.services[node.id] = (node.location.lon, node.location.lat)

    def way(self, way: Any) -> None:
        tags = dict(way.tags)
        foot, ban = tags.get("foot", ""), tags.get("access") in ("no", "private")
        if tags.get("highway") not in WAYS.split() or foot in ("no", "private"):
            return
        if ban and foot not in ("yes", "designated", "permissive"):
            return
        known = [(n.ref, n.location) for n in way.nodes]
        for (a, at_a), (b, at_b) in pairwise(known):
            if at_a.valid() and at_b.valid() and a != b:
                self.where[a], self.where[b] = (at_a.lon, at_a.lat), (at_b.lon, at_b.lat)
                self.pieces.append((a, b, 1.8 if tags["highway"] == "steps" else 1.0))


class Reference:
    """Walking seconds at 4/3 m/s between places in Helsinki."""

    def __init__(self) -> None:
        ways = _Ways()
        ways.apply_file(str(PBF), locations=True)
        self.services = ways.services
        place = {n: np.array(_to_utm.transform(*at)) for n, at in ways.where.items()}
        whole = nx.Graph()
        for a, b, factor in ways.pieces:
            weight = float(np.linalg.norm(place[a] - place[b])) * factor
            if not whole.has_edge(a, b) or whole[a][b]["weight"] > weight:
                whole.add_edge(a, b, weight=weight)
        self.graph: nx.Graph = whole.subgraph(max(nx.connected_components(whole), key=len)).copy()
        self.edges = list(self.graph.edges)
        self.a = np.array([place[a] for a, _ in self.edges])
        self.b = np.array([place[b] for _, b in self.edges])

    def snap(self, lon: float, lat: float) -> tuple[int, float, float] | None:
        """The nearest edge, the share of it before the foot of the perpendicular, the leg in metres; None beyond 150 m."""
        p, d = np.array(_to_utm.transform(lon, lat)), self.b - self.a
        share = np.clip(np.einsum("ij,ij->i", p - self.a, d) / np.maximum(np.einsum("ij,ij->i", d, d), 1e-12), 0, 1)
        legs = np.linalg.norm(self.a + share[:, None] * d - p, axis=1)
        best = int(legs.argmin())
        return (best, float(share[best]), float(legs[best])) if legs[best] <= 150 else None

    def seconds(
        self, origins: list[tuple[float, float]], places: dict[Any, tuple[float, float]]
    ) -> list[dict[Any, float]]:
        """Seconds from each origin (lon, lat) to each place; places that no street reaches are left out."""
        graph = self.graph.copy()
        cuts: dict[int, list[tuple[float, Any]]] = defaultdict(list)
        names = {("origin", number): at for number, at in enumerate(origins)}
        for name, at in {**names, **{("place", key): at for key, at in places.items()}}.items():
            if (snapped := self.snap(*at)) is not None:
                edge, share, leg = snapped
                cuts[edge].append((share, name))
                graph.add_edge(("cut", name), name, weight=leg)
        for edge, along in cuts.items():
            a, b = self.edges[edge]
            weight = self.graph[a][b]["weight"]
            graph.remove_edge(a, b)
            before, done = a, 0.0
            for share, name in sorted(along, key=lambda cut: cut[0]):
                graph.add_edge(before, ("cut", name), weight=(share - done) * weight)
                before, done = ("cut", name), share
            graph.add_edge(before, b, weight=(1 - done) * weight)
        found = []
        for name in names:
            metres = nx.single_source_dijkstra_path_length(graph, name, cutoff=1300)
            found.append({key: metres["place", key] / (4 / 3) for key in places if ("place", key) in metres})
        return found
