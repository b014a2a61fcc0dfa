"""Reading one service whole: its organization, its places, their hours, what it costs, who vouches for it, the guide."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from backend.core.errors import NotFound
from backend.directory import credit, guide
from backend.directory.credit import Credit
from backend.directory.models import GuideItem, Service, ServiceAtLocation

LISTS = ("phones", "contacts__phones", "cost_options", "required_documents", "service_areas__division")
OF_PLACE = ("phones", "schedules", "closures", "location__accessibility_notes")


@dataclass(frozen=True)
class Detail:
    """A service with its record and the matters of the guide that are done there."""

    service: Service
    credit: Credit
    guide: list[GuideItem]


def service(service_id: UUID) -> Service:
    """Return the service with everything that hangs on it, in a fixed number of reads. Raises NotFound."""
    places = ServiceAtLocation.objects.select_related("location__community__parent__parent").prefetch_related(*OF_PLACE)
    rows = Service.objects.select_related("organization", "category", "program").prefetch_related(
        *LISTS, Prefetch("service_at_locations", places.defer("search").order_by("id"))
    )
    found = rows.filter(id=service_id).first()
    if found is None:
        raise NotFound
    return found


def detail(service_id: UUID) -> Detail:
    """Return what `GET /services/{id}` and the resident's page tell. Raises NotFound."""
    found = service(service_id)
    return Detail(found, credit.of(found), list(guide.items().filter(service=found)))
