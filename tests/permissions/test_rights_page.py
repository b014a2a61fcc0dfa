"""docs/rights.md says what the code does."""

from __future__ import annotations

from api import rights
from api.app import api
from backend.people.roles import Can
from tests.permissions.rows import operations


def test_the_page_is_as_the_code_says() -> None:
    assert rights.FILE.read_text(encoding="utf-8") == rights.text(api), "run  python -m backend rights"


def test_the_page_names_every_operation_and_every_permission() -> None:
    page = rights.text(api)
    assert [name for name in operations() if f"`{name}`" not in page] == []
    assert [can.value for can in Can if f"`{can.value}`" not in page] == []
