"""Reading one service whole: its organization, its places, their hours."""

from uuid import UUID

from django.db.models import Prefetch

from backend.core.errors import NotFound
from backend.directory.models import Service, ServiceAtLocation


def service(service_id: UUID) -> Service:
    """Return the service with everything that its detail shows (four reads). Raises NotFound."""
    places = ServiceAtLocation.objects.select_related("location").prefetch_related("schedules").defer("search")
    rows = Service.objects.select_related("organization", "category")
    found = rows.prefetch_related(Prefetch("service_at_locations", places.order_by("id"))).filter(id=service_id).first()
    if found is None:
        raise NotFound
    return found
