"""Tags for the directory's pages."""

from __future__ import annotations

from uuid import UUID

from django import template

from backend.directory.models import Correction, Service
from web.templatetags.yike import lang

register = template.Library()


@register.filter
def service_name(service: Service | None) -> str:
    """The service's name in the reader's language, or that of its category."""
    if service is None:
        return ""
    own = service.name_en if lang() == "en" and service.name_en else service.name
    return own or service.category.label(lang())


@register.simple_tag
def correction_kinds() -> list[str]:
    """What can be said to be wrong."""
    return list(Correction.Kind.values)


@register.simple_tag
def is_doubted(service_id: UUID) -> bool:
    """Whether several residents say that it has closed, and no officer has looked yet."""
    return Service.objects.filter(id=service_id, doubted_at__isnull=False).exists()
