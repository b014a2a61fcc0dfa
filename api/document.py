"""What the OpenAPI document says beyond what the routers do: every refusal is a problem, every POST takes a key."""

from __future__ import annotations

from typing import Any

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457). `code` is stable; `title` and `detail` follow Accept-Language.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "examples": ["not-found"]},
        "request_id": {"type": "string"},
        "retry_after": {"type": "integer", "description": "seconds"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body, ?name or #header"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
REFUSAL: dict[str, Any] = {
    "description": "Refused",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Made by the client; the same key and body within 24 h give the stored answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


ANY = ("400", "401", "403", "404", "413", "422", "429", "5XX")
"""What every operation may answer: not understood, a wrong credential (also where none is needed), not allowed, nothing there, too
large, wrong fields, too often, broken or away."""
WRITES = ("409", "410", "415")


def _refusals(method: str) -> set[str]:
    """The statuses of the refusals that an operation may answer with."""
    found = {*ANY}
    if method != "get":
        found |= {*WRITES}
    if method in {"patch", "put"}:
        found.add("412")
    return found


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the problem to every operation and the key to every POST of a person (in place, returned)."""
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            known = {str(status): response for status, response in operation["responses"].items()}
            operation["responses"] = known | {s: REFUSAL for s in sorted(_refusals(method)) if s not in known}
            if method == "post" and "security" in operation and "/auth/" not in path:
                operation.setdefault("parameters", []).append(KEY)
    return schema
