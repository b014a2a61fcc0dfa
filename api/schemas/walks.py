"""Shapes of walking networks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from backend.directory.ahead.state import State


class KeptWalksOut(Schema):
    """What is computed ahead for one way to get about, and what has changed since."""

    profile: str = Field(description="foot or wheelchair")
    buildings: int
    services: int
    buildings_waiting: int = Field(description="new, moved, or with other streets or entrances since")
    services_waiting: int = Field(description="new, moved, gone, or with other streets since")


class NetworkOut(Schema):
    id: UUID
    name: str
    version: int = Field(description="rises with every change of streets, gates or entrances")
    imported_at: datetime
    timezone: str = Field(description="the clock of its gates")
    nodes: int
    edges: int
    gates: int = Field(description="those that are not open to everybody always")
    entrances: int
    kept: list[KeptWalksOut]

    @classmethod
    def of(cls, state: State) -> NetworkOut:
        row = state.network
        return cls(
            id=row.id,
            name=row.name,
            version=row.version,
            imported_at=row.imported_at,
            timezone=row.timezone,
            nodes=row.nodes,
            edges=row.edges,
            gates=state.gates,
            entrances=state.entrances,
            kept=[KeptWalksOut(**vars(kept)) for kept in state.kept],
        )


class NetworksOut(Schema):
    items: list[NetworkOut]
    next: str | None = None
