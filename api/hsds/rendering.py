"""Rows as HSDS 3.1 objects. What is not known is left out: the schemas know no null.

Language: the reader's; the other name stands in `alternate_name`. Money leaves as a number of the currency, not in fen.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.hsds import places, schedules, terms
from api.hsds.identity import made
from api.hsds.parts import (
    Thing,
    area,
    contact,
    cost,
    identifier,
    languages,
    other,
    phone,
    pick,
    plain_phone,
    program,
    told,
    uri,
)
from backend.core.clock import BEIJING
from backend.directory.models import (
    Organization,
    Service,
    ServiceAtLocation,
    Suspension,
)


def organization(row: Organization, language: str) -> Thing:
    """The one-to-one fields; the name stands for a description that nobody has written."""
    name = pick(row, "name", language) or str(row.id)
    found = {
        "id": str(row.id),
        "name": name,
        "alternate_name": other(row, name),
        "description": pick(row, "description", language) or name,
        "email": row.email,
        "website": uri(row.url),
    }
    return told(found)


def organization_within(row: Organization, language: str) -> Thing:
    """An organization with what hangs on it, but for its services."""
    found = organization(row, language) | {
        "phones": plain_phone(row.phone, "organization", row.id)
        + [phone(one, "organization", language) for one in row.phones.all()],
        "contacts": [contact(one, "organization", language) for one in row.contacts.all()],
        "programs": [program(one, language) for one in row.programs.all()],
        "organization_identifiers": [identifier(one) for one in row.identifiers.all()],
    }
    return told(found)


def service(row: Service, language: str, stopped: Suspension | None = None) -> Thing:
    """The one-to-one fields of a service, its organization and programme inside."""
    owner = row.organization
    name = pick(row, "name", language) or row.category.label(language)
    return told(
        {
            "id": str(row.id),
            "organization_id": row.organization_id and str(row.organization_id),
            "program_id": row.program_id and str(row.program_id),
            "name": name,
            "alternate_name": other(row, name),
            "description": pick(row, "description", language),
            "url": uri(row.url),
            "email": row.email,
            "status": row.status,
            "application_process": pick(row, "application", language),
            "fees_description": pick(row, "fees", language),
            "accreditations": _mark(row, stopped, language),
            "eligibility_description": pick(row, "eligibility", language),
            "minimum_age": row.minimum_age,
            "maximum_age": row.maximum_age,
            "alert": _alert(row, stopped, language),
            "last_modified": row.last_modified.astimezone(BEIJING).isoformat(timespec="microseconds"),
            "organization": organization(owner, language) if owner else None,
            "program": program(row.program, language) if row.program else None,
        }
    )


def _mark(row: Service, stopped: Suspension | None, language: str) -> str:
    if not row.is_certified or stopped is not None:
        return ""
    return "Certified provider of the 15-minute circle" if language == "en" else "一刻钟服务圈认证服务商"


def _alert(row: Service, stopped: Suspension | None, language: str) -> str:
    own = pick(row, "alert", language)
    if stopped is None:
        return own
    day = f"{stopped.since.astimezone(BEIJING):%Y-%m-%d}"
    said = f"Suspended since {day}: {stopped.reason}" if language == "en" else f"自 {day} 起暂停：{stopped.reason}"
    return f"{said} {own}".strip()


def minimal(key: UUID, changed: datetime) -> Thing:
    """What a mirror compares."""
    return {"id": str(key), "last_modified": changed.astimezone(BEIJING).isoformat(timespec="microseconds")}


def category(row: Service, language: str) -> Thing:
    """The category as an attribute of the service."""
    term = terms.term(row.category, language)
    return {
        "id": made("attribute", row.id, row.category_id),
        "link_id": str(row.id),
        "link_entity": "service",
        "link_type": "category",
        "value": row.category.code,
        "label": term["name"],
        "taxonomy_term_id": term["id"],
        "taxonomy_term": terms.with_taxonomy(term, language),
    }


def service_within(row: Service, language: str, stopped: Suspension | None = None) -> Thing:
    """A service with what hangs on it, but for its places."""
    found = service(row, language, stopped) | {
        "phones": [phone(one, "service", language) for one in row.phones.all()],
        "contacts": [contact(one, "service", language) for one in row.contacts.all()],
        "languages": languages(row.languages, "service", row.id, language),
        "cost_options": [cost(one, language) for one in row.cost_options.all()],
        "service_areas": [area(one, language) for one in row.service_areas.all()],
        "required_documents": [
            told(
                {
                    "id": str(one.id),
                    "service_id": str(row.id),
                    "document": pick(one, "document", language),
                    "uri": uri(one.uri),
                }
            )
            for one in row.required_documents.all()
        ],
        "attributes": [category(row, language)],
    }
    if row.organization is not None:
        found["organization"] = organization_within(row.organization, language)
    return told(found)


def service_full(row: Service, language: str, stopped: Suspension | None = None) -> Thing:
    """`GET /services/{id}`."""
    at = [place_within(one, language) for one in row.service_at_locations.all()]
    return told(service_within(row, language, stopped) | {"service_at_locations": at})


def place(row: ServiceAtLocation, language: str, walk: str = "") -> Thing:
    """The one-to-one fields of a service at a location, as a list shows them. `walk`: how far it is, in words."""
    return told(
        {
            "id": str(row.id),
            "service_id": str(row.service_id),
            "location_id": str(row.location_id),
            "description": walk,
            "location": places.location(row.location, language),
            "service": service(row.service, language),
        }
    )


def place_within(row: ServiceAtLocation, language: str, walk: str = "") -> Thing:
    """A service at a location with what hangs on it, but for the service."""
    return told(
        {
            "id": str(row.id),
            "service_id": str(row.service_id),
            "location_id": str(row.location_id),
            "description": walk,
            "phones": plain_phone(row.phone, "service_at_location", row.id)
            + [phone(one, "service_at_location", language) for one in row.phones.all()],
            "schedules": schedules.of(row, language),
            "location": places.location_within(row.location, language),
        }
    )


def place_full(
    row: ServiceAtLocation,
    language: str,
    stopped: Suspension | None = None,
    walk: str = "",
) -> Thing:
    """`GET /service_at_locations/{id}`."""
    return place_within(row, language, walk) | {"service": service_within(row.service, language, stopped)}


def organization_full(row: Organization, language: str, services: list[Thing]) -> Thing:
    """`GET /organizations/{id}`."""
    return told(organization_within(row, language) | {"services": services})
