"""Our own strict check of an HSDS 3.1 API: every list to its last page, every thing in it by its id, each against HSDS's schemas.

Strict: every object refuses properties that the schema does not name, as Open Referral's own build checks its examples.
The compiled `*_list.json` files describe the item of a list, not its page.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

HERE = Path(os.environ.get("YIKE_STANDARDS") or Path(__file__).parents[3] / "shared" / "data") / "hsds" / "3.1"
Fetch = Callable[[str], Any]
PAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"],
    "properties": {
        "total_items": {"type": "integer", "minimum": 0},
        "total_pages": {"type": "integer", "minimum": 0},
        "page_number": {"type": "integer", "minimum": 1},
        "size": {"type": "integer", "minimum": 0},
        "first_page": {"type": "boolean"},
        "last_page": {"type": "boolean"},
        "empty": {"type": "boolean"},
        "contents": {"type": "array"},
    },
}
LISTS = {
    "services": ("compiled/service_list", "compiled/service"),
    "organizations": ("compiled/organization_list", "compiled/organization"),
    "service_at_locations": ("compiled/service_at_location_list", "compiled/service_at_location"),
    "taxonomies": ("taxonomy", "taxonomy"),
    "taxonomy_terms": ("taxonomy_term", "taxonomy_term"),
}
"""list → (schema of its items, schema of a detail and of an item with full=true)."""


def strict(schema: Any) -> Any:
    """The schema with `additionalProperties: false` at every object."""
    if isinstance(schema, dict):
        found = {name: strict(value) for name, value in schema.items()}
        return found | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else found
    return [strict(one) for one in schema] if isinstance(schema, list) else schema


@cache
def _registry() -> Registry[Any]:
    files = [path for path in (HERE / "schema").glob("*.json") if path.name != "openapi.json"]
    made = [(path.name, Resource.from_contents(_draft(strict(json.loads(path.read_text()))))) for path in files]
    return Registry().with_resources(made)


def _draft(schema: Any) -> Any:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | copy.copy(schema)


@cache
def validator(name: str) -> Draft202012Validator:
    """The strict validator of one of HSDS's schemas, e.g. `compiled/service`."""
    schema = _draft(strict(json.loads((HERE / "schema" / f"{name}.json").read_text())))
    return Draft202012Validator(schema, registry=_registry(), format_checker=FormatChecker())


@dataclass
class Report:
    """What was looked at and what was wrong with it."""

    faults: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def add(self, where: str, found: Iterator[Any]) -> None:
        for error in found:
            self.faults.append(f"{where} /{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")


class Checker:
    """Checks the API behind `fetch(path) -> parsed JSON`."""

    def __init__(self, fetch: Fetch, *, per_page: int = 7) -> None:
        self.fetch, self.per_page, self.report = fetch, per_page, Report()

    def check(self, lists: tuple[str, ...] = tuple(LISTS)) -> Report:
        """Everything: the root, each list flat and full, each thing in it."""
        root = self.fetch("/")
        for name in ("version", "profile", "openapi_url"):
            if not isinstance(root.get(name), str):
                self.report.faults.append(f"/ has no {name}")
        for name in lists:
            ids = [one.get("id") for one in self.pages(name)]
            self.report.seen[name] = len(ids)
            if len(set(ids)) != len(ids):
                self.report.faults.append(f"/{name} gives something twice")
            for key in ids:
                self.one(name, key)
            if not name.startswith("tax"):
                for _ in self.pages(name, full="true"):
                    pass
        return self.report

    def one(self, name: str, id: Any) -> None:
        """A single thing."""
        found = self.fetch(f"/{name}/{id}")
        self.report.add(f"/{name}/{id}", validator(LISTS[name][1]).iter_errors(found))
        if found.get("id") != id:
            self.report.faults.append(f"/{name}/{id} answers with {found.get('id')}")

    def pages(self, name: str, **parameters: str) -> Iterator[Any]:
        """Every item of every page, checked on the way."""
        schema = validator(LISTS[name][1 if "full" in parameters else 0])
        number, total = 1, 0
        while True:
            path = f"/{name}?{urlencode({'page': number, 'per_page': self.per_page} | parameters)}"
            page = self.fetch(path)
            self.report.add(path, Draft202012Validator(PAGE).iter_errors(page))
            contents = page.get("contents", [])
            total += len(contents)
            self.numbers(path, page, number, total)
            for place, item in enumerate(contents):
                self.report.add(f"{path} [{place}]", schema.iter_errors(item))
                yield item
            if page.get("last_page", True) or not contents:
                return
            number += 1

    def numbers(self, path: str, page: Any, number: int, so_far: int) -> None:
        """The counts of a page agree with what is on it."""
        contents, items = page.get("contents", []), page.get("total_items", 0)
        wanted = {
            "size": len(contents),
            "page_number": number,
            "total_pages": -(-items // self.per_page),
            "first_page": number == 1,
            "last_page": number >= -(-items // self.per_page),
            "empty": not contents,
        }
        for name, value in wanted.items():
            if page.get(name) != value:
                self.report.faults.append(f"{path} {name} is {page.get(name)}, not {value}")
        if wanted["last_page"] and so_far != items:
            self.report.faults.append(f"{path} total_items is {items}, but {so_far} were given")
