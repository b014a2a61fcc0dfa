"""The copy of everything: every personal field of the catalogue that is about the person is in it, and nobody else's."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.files.storage import default_storage

from backend.core import jobs, subjects
from backend.core.catalogue import entries, entry_of
from backend.core.catalogue_words import Kind
from backend.core.clock import now
from backend.core.jobs import Job
from backend.core.subjects import bare
from backend.people import phones
from backend.people.models import User
from tests.cast import Cast, Http, Member
from tests.privacy.filled import (
    CARE,
    CONTACT_NAME,
    CONTACT_PHONE,
    NAME,
    NUMBER,
    PHONE,
    TENANT,
    WORDS,
    Filled,
    fill,
    must,
)

NOT_ONES_OWN = {
    "core.Handoff",  # between two rooms, ids only
    "core.LimitCounter",  # hashes, for an hour or a day
    "core.PersonKey",
    "bulletins.Bulletin",  # what everybody in a place may read
    "sessions.Session",  # names a login, for twelve hours
    "web.CachedValue",
}
"""Tables that have personal columns, and no rows that belong to a person."""


def fetched(person: Filled) -> zipfile.ZipFile:
    job = must(person.http.get("/me/export"))
    answer = person.http.get(job["result_url"])
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/zip", "no-store")
    return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.mark.django_db(transaction=True)
def test_the_copy_holds_what_the_person_told_us(cast: Cast, tap: Callable[..., None]) -> None:
    person = fill(cast, tap)
    archive = fetched(person)
    parts = {name: archive.read(name) for name in archive.namelist()}
    told = {name: json.loads(content) for name, content in parts.items() if name.endswith(".json")}
    (me,) = told["people/me.json"]
    assert (me["name"], me["identity"], me["care_notes"]) == (NAME, NUMBER, CARE)
    (contact,) = told["people/contacts.json"]
    assert contact["name"] == CONTACT_NAME
    assert [row["name"] for row in told["people/home_invitations.json"]] == [TENANT]
    assert {row["value"] for row in told["notifications/addresses.json"]} >= {PHONE, CONTACT_PHONE}
    assert [row["text"] for row in told["tickets/tickets.json"]] == [WORDS]
    assert [row["text"] for row in told["tickets/ticket_comments.json"]] == [WORDS]
    assert any(f"{NAME}没事" == row["text"] for row in told["emergency/incident_entries.json"])
    assert any(json.loads(row["detail"])["note"] == WORDS for row in told["emergency/signals.json"])
    assert [row["state"] for row in told["payments/payments.json"]] == ["paid"]
    pictures = [content for name, content in parts.items() if name.endswith(".jpg")]
    assert len(pictures) == 2
    assert all(content.startswith(b"\xff\xd8") for content in pictures)
    assert "这里是一刻保存的" in parts["README.txt"].decode()
    assert "This is everything Yike holds about you" in parts["README.txt"].decode()


@pytest.mark.django_db(transaction=True)
def test_every_personal_field_of_the_catalogue_is_in_it(cast: Cast, tap: Callable[..., None]) -> None:
    """Golden: the columns of every table of the catalogue that can be about a person, but credentials."""
    person = fill(cast, tap)
    archive = fetched(person)
    written = {room: json.loads(archive.read(room)) for room in archive.namelist() if room.endswith(".json")}
    keys = [set(rows[0]) for rows in written.values() if rows]
    missing = []
    for label, entry in entries().items():
        shown = {bare(p.name) if p.name in entry.seals else p.name for p in entry.personal if p.kind != Kind.CREDENTIAL}
        if not shown or label in NOT_ONES_OWN or not _has_rows_about(label, person):
            continue
        if not any(shown <= columns for columns in keys):
            missing.append(label)
    assert missing == []


def _has_rows_about(label: str, person: Filled) -> bool:
    """Whether any column of the table holds this person's id."""
    model = apps.get_model(label)
    named = [
        column for column in model._meta.concrete_fields if column.get_internal_type() in ("UUIDField", "ForeignKey")
    ]
    return any(
        model._default_manager.filter(**{column.attname: person.id}).exists()
        for column in named
        if column.get_internal_type() == "UUIDField" or column.related_model._meta.label == "people.User"
    )


def test_every_table_with_personal_fields_is_exported_or_says_why_not() -> None:
    root = Path(__file__).resolve().parents[2]
    exporters = [*root.glob("backend/*/privacy*.py"), *root.glob("*/privacy.py"), root / "backend/people/personal.py"]
    text = "\n".join(file.read_text(encoding="utf-8") for file in exporters)
    otherwise = {"people.RefreshToken", "people.HomeInvitation"}  # credentials only; found by phone too
    for model in apps.get_models():
        entry = entry_of(model)
        if entry.personal and not entry.is_foreign and entry.label not in NOT_ONES_OWN | otherwise:
            assert re.search(rf"rows\(([a-z]+\.)?{model.__name__}\.objects", text), entry.label


@pytest.mark.django_db
def test_it_is_started_once_and_then_answered(cast: Cast) -> None:
    first = Http(cast.wang).get("/me/export")
    second = Http(cast.wang).get("/me/export")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["result_url"] is None
    jobs.LOOP.drain()
    done = Http(cast.wang).get("/me/export")
    assert (done.status_code, done.json()["id"], done.json()["state"]) == (200, first.json()["id"], "done")


@pytest.mark.django_db
def test_a_day_later_a_new_one_is_made(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    first = must(Http(cast.wang).get("/me/export"), 202)
    jobs.LOOP.drain()
    with moved_clock(timedelta(hours=25)):
        cast.wang.session.authenticated_at += timedelta(hours=25)
        cast.wang.session.save()
        assert must(Http(cast.wang).get("/me/export"), 202)["id"] != first["id"]


@pytest.mark.django_db
def test_it_needs_a_fresh_proof(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    http = Http(cast.wang)
    _ = cast.wang.session
    with moved_clock(timedelta(minutes=16)):
        assert http.get("/me/export").json()["code"] == "reauthentication-required"


@pytest.mark.django_db
def test_the_file_lies_sealed_and_is_the_persons_alone(cast: Cast) -> None:
    must(Http(cast.wang).get("/me/export"), 202)
    jobs.LOOP.drain()
    job = Job.objects.get(owner_id=cast.wang.id)
    with default_storage.open(job.result) as file:
        assert not file.read().startswith(b"PK")
    assert Http(cast.neighbour).get(f"/jobs/{job.id}/result").status_code == 404
    assert Http(cast.admin).get(f"/jobs/{job.id}/result").status_code == 404


def everything_of(member: Member) -> str:
    """All files of a member's copy, as one text."""
    must(Http(member).get("/me/export"), 202)
    jobs.LOOP.drain()
    content = jobs.result_of(Job.objects.get(owner_id=member.id, kind="people.export"))
    archive = zipfile.ZipFile(io.BytesIO(content))
    return b"".join(archive.read(name) for name in archive.namelist()).decode()


@pytest.mark.django_db
def test_the_copy_holds_nothing_of_a_neighbour(cast: Cast) -> None:
    everything = everything_of(cast.wang)
    for other in (cast.neighbour, cast.outsider, cast.pending):
        assert str(other.id) not in everything
        assert other.phone not in everything


@pytest.mark.django_db
def test_the_copy_never_tells_whose_a_phone_is(cast: Cast) -> None:
    until = (now() + timedelta(days=30)).isoformat()
    asked = {"powers": ["pay"], "until": until}
    stranger = "13700000009"
    for phone in (cast.outsider.phone, stranger):
        must(Http(cast.wang).post(f"/people/{cast.wang.id}/delegations", asked | {"delegate_phone": phone}), 201)
        must(Http(cast.wang).post("/delegations/requests", asked | {"phone": phone}), 202)
    everything = everything_of(cast.wang)
    others = [cast.outsider.id, User.objects.get(phone_blind=phones.blind(phones.normalise(stranger))).id]
    assert [str(one) for one in others if str(one) in everything] == []
    assert "person.registered" not in everything
    assert everything.count('"delegation.given"') == 2


@pytest.mark.django_db
def test_the_copy_of_the_desk_never_tells_whose_phone_it_enrolled(cast: Cast) -> None:
    body = {"name": "赵奶奶", "home_id": str(cast.home.id), "relation": "family", "witnessed": True}
    made = must(Http(cast.manager).post("/people", body | {"phone": cast.outsider.phone}), 201)
    (offer,) = Http(cast.outsider).get("/me/homes").json()["offers"]
    must(Http(cast.outsider).post(f"/me/homes/{offer['id']}/accept"))
    told = subjects.exported(cast.manager.id, "people")
    assert told["home_invitations.json"] == []
    audit = subjects.exported(cast.manager.id, "core")["audit.json"]
    assert str(cast.outsider.id) not in str(told) + str(audit)
    assert made["id"] not in str(audit)
    theirs = subjects.exported(cast.outsider.id, "people")["home_invitations.json"]
    assert [row["id"] for row in theirs] == [UUID(offer["id"])]
