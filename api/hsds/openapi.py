"""The OpenAPI document: HSDS's own paths and parameters, the page, the refusals. Schemas are HSDS's, by their published address."""

from __future__ import annotations

from typing import Any

from api.hsds.query import FARTHEST, MOST, MOST_FULL, MOST_MINIMAL, PER_PAGE

SCHEMAS = "https://raw.githubusercontent.com/openreferral/specification/3.1-dev/schema"
PROBLEM = {
    "description": "Refused",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _parameter(name: str, kind: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": kind,
        "description": description,
    }


TEXT, UUID, FLAG = (
    {"type": "string"},
    {"type": "string", "format": "uuid"},
    {"type": "boolean", "default": False},
)
PARAMETERS: dict[str, dict[str, Any]] = {
    "search": _parameter("search", TEXT, "words in hanzi, pinyin, initials or Latin letters"),
    "page": _parameter("page", {"type": "integer", "minimum": 1, "default": 1}, "from 1"),
    "per_page": _parameter(
        "per_page",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": PER_PAGE},
        f"at most {MOST}; {MOST_FULL} with full, {MOST_MINIMAL} (and by default so many) with minimal",
    ),
    "format": _parameter(
        "format",
        {"type": "string", "enum": ["json", "ndjson"], "default": "json"},
        "ndjson: all, one a line",
    ),
    "taxonomy_term_id": _parameter("taxonomy_term_id", UUID, "of this category; a group means its members"),
    "taxonomy_id": _parameter("taxonomy_id", UUID, "with any term of this taxonomy"),
    "organization_id": _parameter("organization_id", UUID, "offered by this organization"),
    "modified_after": _parameter(
        "modified_after",
        {"type": "string", "format": "date-time"},
        "changed at this time or later",
    ),
    "minimal": _parameter("minimal", FLAG, "id and last_modified alone"),
    "full": _parameter("full", FLAG, "everything that hangs on it"),
    "full_service": _parameter("full_service", FLAG, "the organization's services in full"),
    "postcode": _parameter("postcode", TEXT, "in this postal code"),
    "proximity": _parameter(
        "proximity",
        {"type": "number", "minimum": 1, "maximum": FARTHEST},
        "metres from the postcode's centre",
    ),
    "lat": _parameter("lat", {"type": "number"}, "our extension: WGS-84, with lon"),
    "lon": _parameter("lon", {"type": "number"}, "our extension: WGS-84, with lat"),
    "minutes": _parameter(
        "minutes",
        {"type": "integer", "minimum": 1, "maximum": 30, "default": 15},
        "walking time",
    ),
    "top_only": _parameter("top_only", FLAG, "terms without a parent"),
    "parent_id": _parameter("parent_id", UUID, "terms under this one"),
}
PAGED = ("search", "page", "per_page", "format")
BY_SERVICE = (
    "taxonomy_term_id",
    "taxonomy_id",
    "organization_id",
    "modified_after",
    "full",
)
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "services": ("compiled/service", (*PAGED, *BY_SERVICE, "minimal")),
    "organizations": (
        "compiled/organization",
        (*PAGED, "taxonomy_term_id", "taxonomy_id", "full", "full_service"),
    ),
    "service_at_locations": (
        "compiled/service_at_location",
        (*PAGED, *BY_SERVICE, "postcode", "proximity", "lat", "lon", "minutes"),
    ),
    "taxonomies": ("taxonomy", PAGED),
    "taxonomy_terms": (
        "taxonomy_term",
        (*PAGED, "taxonomy_id", "top_only", "parent_id"),
    ),
}
"""list → HSDS's schema of a detail, and the parameters that it takes."""
PAGE = {
    "type": "object",
    "required": [
        "total_items",
        "total_pages",
        "page_number",
        "size",
        "first_page",
        "last_page",
        "empty",
        "contents",
    ],
    "properties": {
        "total_items": {"type": "integer"},
        "total_pages": {"type": "integer"},
        "page_number": {"type": "integer"},
        "size": {"type": "integer", "description": "how many stand on this page"},
        "first_page": {"type": "boolean"},
        "last_page": {"type": "boolean"},
        "empty": {"type": "boolean"},
    },
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "parameter": TEXT,
        "reason": TEXT,
    },
}


def document(base: str, version: str) -> dict[str, Any]:
    """The document of the API that stands at `base`."""
    paths: dict[str, Any] = {
        "/": {
            "get": {
                "summary": "Version, profile, document",
                "responses": _answers({"type": "object"}),
            }
        }
    }
    for name, (schema, parameters) in LISTS.items():
        paths[f"/{name}"] = {
            "get": _list(schema, parameters),
            "post": _list(schema, parameters),
        }
        named = [{"name": "id", "in": "path", "required": True, "schema": UUID}]
        named += [{"$ref": "#/components/parameters/full_service"}] if name == "organizations" else []
        answers = _answers({"$ref": f"{SCHEMAS}/{schema}.json"})
        paths[f"/{name}/{{id}}"] = {"get": {"parameters": named, "responses": answers}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Yike 一刻 · HSDS",
            "version": version,
            "description": "The services of the 15-minute circle as HSDS. Public, read-only, no key.",
            "license": {"name": "The data carry the licence of their source; see the profile page"},
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "parameters": PARAMETERS,
            "schemas": {"Page": PAGE, "Problem": PROBLEM_SCHEMA},
        },
    }


def _list(schema: str, parameters: tuple[str, ...]) -> dict[str, Any]:
    item = f"{SCHEMAS}/{schema}_list.json" if schema.startswith("compiled") else f"{SCHEMAS}/{schema}.json"
    shown = {
        "allOf": [{"$ref": "#/components/schemas/Page"}],
        "properties": {"contents": {"type": "array", "items": {"$ref": item}}},
    }
    return {
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in parameters],
        "responses": _answers(shown),
    }


def _answers(schema: dict[str, Any]) -> dict[str, Any]:
    found = {
        "description": "Found",
        "content": {"application/json": {"schema": schema}},
    }
    return {"200": found, "400": PROBLEM, "404": PROBLEM}
