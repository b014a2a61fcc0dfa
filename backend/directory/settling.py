"""What the desk settled against a source: a field that the source may not change back while it says what it said then."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.directory.models import Service, ServiceAtLocation, Settled

TOLD = "told"
"""What a source says of the status of a service that it tells of."""

_BATCH = 1000


@dataclass
class Settlement:
    """The settled fields of one service: what the source said of each; those on which it has changed its mind since."""

    told: dict[str, Any] = field(default_factory=dict)
    over: dict[str, UUID] = field(default_factory=dict)
    rows: dict[str, UUID] = field(default_factory=dict)

    def holds(self, name: str, told: Any) -> bool:
        """Whether the desk's word stands against this word of the source; a new word of the source ends it."""
        if name not in self.told:
            return False
        if self.told[name] == (str(told) if isinstance(told, UUID) else told):
            return True
        self.over[name] = self.rows[name]
        return False


def settle(service: Service, **told: Any) -> None:
    """Keep these fields of a service as the desk has put them, against what the source says of them now (inside a verb).

    Fields: `name`, `name_en`, `description`, `url`, `phone`, `address`, `accessibility`, `category_id`, `hours` (its text), `place`
    ([lon, lat]), `status` (`TOLD`). Services of the desk itself have no other source, and nothing is written for them.
    """
    if not service.external_id:
        return
    earlier = {row.field: row for row in Settled.objects.filter(service=service)}
    for name, value in told.items():
        if name not in earlier:  # what the source said first is what it is held against
            Settled.objects.create(service=service, field=name, told=str(value) if isinstance(value, UUID) else value)


def said(at: ServiceAtLocation, name: str) -> Any:
    """What is kept of a field now, in the form in which `settle` takes it."""
    if name == "place":
        return [at.location.lon, at.location.lat]
    if name == "hours":
        return at.hours_text
    if name == "status":
        return TOLD
    for row in (at.service, at.location, at):
        if hasattr(row, name) and name != "status":
            return getattr(row, name)
    raise KeyError(name)


def of(service_ids: Iterable[UUID]) -> dict[UUID, Settlement]:
    """Return what is settled of these services."""
    found: dict[UUID, Settlement] = {}
    ids = list(service_ids)
    for start in range(0, len(ids), _BATCH):
        for row in Settled.objects.filter(service_id__in=ids[start : start + _BATCH]):
            one = found.setdefault(row.service_id, Settlement())
            one.told[row.field], one.rows[row.field] = row.told, row.id
    return found


def forget(settlements: Iterable[Settlement]) -> None:
    """Delete what its source has changed its mind about."""
    over = [row for one in settlements for row in one.over.values()]
    if over:
        Settled.objects.filter(id__in=over).delete()


def drop(name: str, services: QuerySet[Service]) -> None:
    """Delete what is settled about a field of these services."""
    if Settled.objects.filter(field=name).exists():
        Settled.objects.filter(field=name, service__in=services).delete()
