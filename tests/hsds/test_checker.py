"""The checker itself: it lets the official examples pass, and finds what is made wrong on purpose."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.hsds.checker import HERE, Checker

pytestmark = [
    pytest.mark.standards,
    pytest.mark.skipif(not HERE.is_dir(), reason="HSDS's schemas do not lie beside the working tree"),
]
FILES = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}


class Mock:
    """Serves the official examples; `spoil` changes an answer before it leaves."""

    def __init__(self, spoil: Any = lambda path, answer: answer) -> None:
        self.spoil = spoil

    def __call__(self, path: str) -> Any:
        return self.spoil(path, copy.deepcopy(self._answer(path)))

    def _answer(self, path: str) -> Any:
        if path == "/":
            return self._example("base")
        name, _, rest = path.removeprefix("/").partition("?")
        kind, _, key = name.partition("/")
        whole = self._example(f"{FILES[kind]}{'' if kind.startswith('tax') else '_full'}")
        if key:
            return whole
        item = whole if "full=true" in rest else self._example(f"{FILES[kind]}_list")["contents"][0]
        item["id"] = whole["id"]
        return {
            "total_items": 1, "total_pages": 1, "page_number": 1, "size": 1,
            "first_page": True, "last_page": True, "empty": False, "contents": [item],
        }  # fmt: skip

    @staticmethod
    def _example(name: str) -> Any:
        return json.loads((HERE / "examples" / f"{name}.json").read_text())


def _without_status(path: str, answer: Any) -> Any:
    for item in answer.get("contents", [answer]) if "/services" in path else []:
        item.pop("status", None)
    return answer


def _wrong_size(path: str, answer: Any) -> Any:
    return answer | {"size": 2} if "contents" in answer else answer


def _more(path: str, answer: Any) -> Any:
    return answer | {"nickname": "a field that HSDS does not know"} if path.startswith("/organizations/") else answer


def _null(path: str, answer: Any) -> Any:
    return answer | {"description": None} if path.startswith("/services/") else answer


def test_the_official_examples_pass() -> None:
    report = Checker(Mock()).check()
    assert report.faults == []
    assert report.seen == dict.fromkeys(FILES, 1)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (_without_status, "'status' is a required property"),
        (_wrong_size, "size is 2"),
        (_more, "nickname"),
        (_null, "None is not"),
    ],
    ids=["status dropped", "size wrong", "unknown field", "null"],
)
def test_what_is_wrong_is_found(spoil: Any, word: str) -> None:
    assert any(word in fault for fault in Checker(Mock(spoil)).check().faults)
