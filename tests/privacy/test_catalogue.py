"""The field catalogue: no column without an entry, no entry without a column, and a report that says what is held and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.core import checks
from django.db import models

from backend.core import catalogue
from backend.core.catalogue import Entry, Personal
from backend.people import privacy_report
from backend.people.models import User
from backend.tickets.models import Follow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy-fields.md"


def test_every_column_of_every_table_is_declared() -> None:
    assert [fault.msg for fault in catalogue.complete()] == []


def test_the_system_check_watches_over_it() -> None:
    assert catalogue.complete in checks.registry.registry.registered_checks


def test_a_new_column_without_an_entry_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = catalogue.entry_of(Follow)
    monkeypatch.setitem(catalogue._entries, entry.label, Entry(entry.label, plain=entry.plain))
    (fault,) = catalogue.complete()
    assert fault.level == checks.ERROR
    assert "tickets.Follow.person has no entry" in fault.msg
    assert "privacy.py" in fault.msg


def test_a_process_with_a_gap_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.refuse_gaps()
    monkeypatch.delitem(catalogue._entries, "tickets.Follow")
    with pytest.raises(SystemExit, match=r"tickets\.Follow is not in the field catalogue"):
        catalogue.refuse_gaps()


def test_a_table_without_an_entry_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(catalogue._entries, "tickets.Follow")
    assert ["tickets.Follow is not in the field catalogue" in fault.msg for fault in catalogue.complete()] == [True]


def test_an_entry_for_a_column_that_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = catalogue.entry_of(Follow)
    wider = Entry(entry.label, entry.plain | {"mood"}, entry.personal)
    monkeypatch.setitem(catalogue._entries, entry.label, wider)
    assert [fault.msg.split(" (")[0] for fault in catalogue.complete()] == [
        "tickets.Follow.mood is in the field catalogue, but not in the table"
    ]


def test_a_sealed_column_must_say_how_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = catalogue.entry_of(User)
    monkeypatch.setitem(catalogue._entries, entry.label, Entry(entry.label, entry.plain, entry.personal))
    assert {fault.msg.split(" ")[0] for fault in catalogue.complete()} == {
        "people.User.name_sealed",
        "people.User.identity_sealed",
        "people.User.care_notes_sealed",
    }


@pytest.mark.parametrize(
    "line",
    [
        "person behaviour repair contract account",
        "person behaviour gossip contract account delete",
        "person mood repair contract account delete",
        "person behaviour repair contract account kept:habit",
        "person behaviour repair contract account delete:audit",
    ],
)
def test_a_line_that_says_too_little_is_refused_at_once(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        catalogue._line("tickets.Follow", line.split())


def test_whatever_is_sealed_is_declared_personal() -> None:
    for model in apps.get_models():
        entry = catalogue.entry_of(model)
        sealed = {f.name for f in model._meta.concrete_fields if f.name.endswith("_sealed")}
        not_of_people = {"emergency.DeviceKey"}
        assert sealed <= {p.name for p in entry.personal} or entry.label in not_of_people, entry.label


def test_a_foreign_key_to_a_person_is_personal_unless_it_names_staff_at_work() -> None:
    """What points at a person tells something about them, but for who decided, witnessed or invited."""
    at_work = {
        "author", "owner", "assignee", "decided_by", "granted_by", "revoked_by", "witness", "asked_by", "made_by",
        "invited_by",
    }  # fmt: skip
    for model in apps.get_models():
        entry = catalogue.entry_of(model)
        for column in model._meta.concrete_fields:
            if isinstance(column, models.ForeignKey) and column.related_model is User and not entry.is_foreign:
                assert entry.of(column.name) or column.name in at_work, f"{entry.label}.{column.name}"


def test_the_report_has_a_line_for_every_personal_column() -> None:
    text = privacy_report.markdown()
    for entry in catalogue.entries().values():
        for personal in entry.personal:
            assert isinstance(personal, Personal)
            assert f"`{entry.label}.{personal.name}`" in text
    assert "个人信息字段" in text
    assert "Personal fields" in text


def test_the_committed_page_is_the_report() -> None:
    assert PAGE.read_text(encoding="utf-8") == privacy_report.markdown(), "run  python -m backend privacy-report"
