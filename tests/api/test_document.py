"""The OpenAPI document says of every shape what it is: no two shapes share a name."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from ninja.openapi.schema import OpenAPISchema

from api.app import api


def test_no_two_shapes_share_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    add = OpenAPISchema.add_schema_definitions

    def watched(self: OpenAPISchema, definitions: dict[str, Any]) -> None:
        for name, shape in definitions.items():
            seen[name].add(json.dumps(shape, sort_keys=True))
        add(self, definitions)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", watched)
    api.get_openapi_schema()
    assert " ".join(sorted(name for name, shapes in seen.items() if len(shapes) > 1)) == ""


def test_every_operation_names_its_refusals_one_by_one() -> None:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            statuses = operation["responses"].keys()
            assert {"400", "401", "403", "404", "422", "429", "5XX"} <= statuses, f"{method} {path}"
            assert "4XX" not in statuses
