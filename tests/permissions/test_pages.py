"""Who may see which page: every address of our own pages × the roles, GET and POST, and no word of a stranger on any of them."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.permissions.hearing import strangers_words
from tests.permissions.page_rows import APART, OFFICE, PAGES
from tests.permissions.pages import addresses, asked, filled, kind_of
from tests.permissions.trial import as_role, body_of
from tests.permissions.world import World

NOBODY = ("anonymous", "suspended_manager", "limited")
VISITORS = (
    *NOBODY, "wang", "tenant", "neighbour", "outsider", "pending", "otp_manager", "manager", "other_company_manager",
    "technician", "dispatcher", "community_worker", "subdistrict_officer", "finance", "auditor", "admin",
)  # fmt: skip
AT_THE_OFFICE = (
    "anonymous",
    "suspended_manager",
    "limited",
    "wang",
    "otp_manager",
    "manager",
    "finance",
    "auditor",
    "admin",
)
ADDRESSES = addresses()
SECTIONS = ("account_", "mfa_", "staff", "web:desk", "web:family", "web:home", "web:privacy", "web:residents", "web:")


def section_of(name: str) -> str:
    return next(section for section in SECTIONS if name.startswith(section))


def lists() -> list[str]:
    """The back office's first page and its lists of rows."""
    return [name for name in ADDRESSES if name == "office:index" or name.endswith("_changelist")]


def test_every_page_has_a_row() -> None:
    ours = {name for name in ADDRESSES if not name.startswith("office:")}
    assert sorted(ours - PAGES.keys() - APART.keys()) == [], "say in page_rows.py who may see it"


def test_no_row_is_left_of_a_page_that_is_gone() -> None:
    assert sorted((PAGES.keys() | APART.keys()) - ADDRESSES.keys()) == []


def wanted(row: str, role: str) -> str:
    classes, _, named = row.partition(": ")
    for_nobody, _, for_others = classes.partition(" ")
    if role in NOBODY:
        return for_nobody
    return "ok" if role in named.split() else for_others or for_nobody


def visited(world: World, name: str, method: str, role: str) -> tuple[str, list[tuple[str, str]]]:
    """What this role is answered, and strangers' words in it; rolled back."""
    trial = transaction.atomic()
    trial._from_testcase = True  # type: ignore[attr-defined]  # durable verbs may run inside
    with trial:
        with as_role("yike_app"):
            answer = asked(world, role, method, filled(ADDRESSES[name], name, world))
        seen = kind_of(answer), strangers_words(world, role, body_of(answer))
        transaction.set_rollback(True)
    return seen


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_answers_each_role_as_its_row_says(section: str) -> None:
    world = World()
    assert world.cookies  # made before the first trial is rolled back
    wrong = {}
    for name in [name for name in PAGES if section_of(name) == section]:
        for method, row in zip(("GET", "POST"), PAGES[name], strict=True):
            for role in VISITORS:
                if (seen := visited(world, name, method, role)) != (wanted(row, role), []):
                    wrong[f"{method} {name} as {role}"] = (*seen, wanted(row, role))
    assert wrong == {}


@pytest.mark.django_db
def test_the_back_office_opens_to_the_auditor_and_the_administrator_alone() -> None:
    world = World()
    assert world.cookies  # made before the first trial is rolled back
    wrong = {}
    for name in lists():
        for role in AT_THE_OFFICE if name in {"office:index", "office:people_user_changelist"} else ("wang", "manager"):
            if (seen := visited(world, name, "GET", role)) != (wanted(OFFICE, role), []):
                wrong[f"{name} as {role}"] = seen
    assert wrong == {}
