"""Closing an account: nothing that names the person is left in the database, in files or in logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from backend.core import jobs, vault
from backend.core.audit import AuditRow
from backend.core.jobs import Job, LostLease, Run
from backend.people import erasure, personal, phones
from backend.people.models import Delegation, LoginCode, PrivacyRequest, Residency, RoleGrant, Session, User
from notifications.addresses import Address
from tests.cast import Cast, Http
from tests.emergency.builders import raise_alarm
from tests.privacy.filled import (
    CARE,
    CONTACT_NAME,
    CONTACT_PHONE,
    NAME,
    NUMBER,
    PHONE,
    TENANT,
    Filled,
    fill,
    log_in,
    must,
)
from tests.privacy.search import dump, found, found_in_files, spellings

NEEDLES = [NAME, NUMBER, CARE, CONTACT_NAME, TENANT, *spellings(PHONE), *spellings(CONTACT_PHONE)]
NEEDLES += [NUMBER[:-1] + NUMBER[-1].lower()]


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.__dict__} {record.exc_text or ''}")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


def closed(person: Filled) -> Any:
    """Ask through the door, and let the worker do it."""
    answer = must(person.http.post("/me/erasure"), 202)
    jobs.LOOP.drain()
    return answer


@pytest.mark.django_db(transaction=True)
def test_nothing_that_names_the_person_is_left(
    cast: Cast, tap: Callable[..., None], tmp_path: Path, logged: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    person = fill(cast, tap)
    before = dump(tmp_path / "before.sql")
    assert before.count(str(person.id).encode()) > 40  # the dump sees behind the walls
    # Even now names lie in the vault only, but for what people call their devices and relations themselves.
    free = (f"{NAME}的手机", f"{NAME}之女")
    assert all(line in before for line in map(str.encode, free))
    assert found(NEEDLES, re.sub("|".join(free).encode(), b"", before)) == []
    answer = closed(person)
    assert Job.objects.get(id=answer["job_id"]).state == "done"
    after = dump(tmp_path / "after.sql")
    assert found(NEEDLES, after) == []
    assert phones.blind(PHONE).hex().encode() not in after
    assert found_in_files(NEEDLES, Path(settings.MEDIA_ROOT)) == []
    out = capfd.readouterr()
    assert found(NEEDLES, "\n".join([*logged, out.out, out.err]).encode()) == []
    assert vault.PersonKey.objects.get(owner_id=person.id).wrapped is None


@pytest.mark.django_db(transaction=True)
def test_what_is_left_is_closed_empty_and_named(cast: Cast, tap: Callable[..., None]) -> None:
    person = fill(cast, tap)
    files = [Path(settings.MEDIA_ROOT) / name for name in [*personal.files(person.id), *_photos(person)]]
    assert len(files) == 3
    assert all(file.exists() for file in files)
    answer = closed(person)
    laws = {line["what_en"].split()[0]: line["until"] for line in answer["kept"]}
    assert laws.keys() == {"bills,", "audit", "the", "numbers"}
    assert laws["numbers"] is None
    assert all(line["what_zh"] and line["law"] for line in answer["kept"])
    user = User.objects.get(id=person.id)
    assert (user.state, user.phone_blind, user.name_sealed, user.identity_blind) == ("erased", None, None, None)
    assert user.erased_at is not None
    assert not any(file.exists() for file in files)
    assert not Session.objects.filter(user=user).exists()
    assert not Address.objects.filter(person_id=user.id).exists()
    assert not Residency.objects.filter(user=user, state__in=["pending", "confirmed"]).exists()
    assert not Delegation.objects.filter(person=user, revoked_at__isnull=True).exists()
    assert not LoginCode.objects.filter(phone_blind=phones.blind(PHONE)).exists()
    assert PrivacyRequest.objects.get(user=user, kind="erasure").finished_at is not None
    assert AuditRow.objects.filter(event="person.erased", object_id=user.id).exists()
    assert person.http.get("/me").status_code == 401


def _photos(person: Filled) -> list[str]:
    from backend.tickets.privacy import files

    return files(person.id)


@pytest.mark.django_db(transaction=True)
def test_the_same_phone_registers_afresh(cast: Cast, tap: Callable[..., None], moved_clock: Callable[..., Any]) -> None:
    person = fill(cast, tap)
    closed(person)
    with moved_clock(timedelta(minutes=2)):
        again = log_in()
    assert again.user.id != person.id
    assert Residency.objects.filter(user=again.user).count() == 0


@pytest.mark.django_db
def test_an_open_call_for_help_stands_in_the_way(cast: Cast) -> None:
    raise_alarm(cast.wang)
    refused = Http(cast.wang).post("/me/erasure")
    assert (refused.status_code, refused.json()["code"]) == (409, "erasure-blocked")
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["incident-open"]


@pytest.mark.django_db
def test_who_holds_a_role_hands_it_over_first(cast: Cast) -> None:
    refused = Http(cast.dispatcher).post("/me/erasure")
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["staff-role"]


@pytest.mark.django_db
def test_being_a_resident_is_no_staff_role(cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.wang.user, role="resident", scope_kind="compound", scope_id=cast.compound.id)
    assert erasure.blocked(cast.wang.id) == []


@pytest.mark.django_db
def test_it_needs_a_fresh_proof(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    http = Http(cast.wang)
    _ = cast.wang.session
    with moved_clock(timedelta(minutes=16)):
        refused = http.post("/me/erasure")
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication-required")


@pytest.mark.django_db
def test_asking_twice_is_one_request(cast: Cast) -> None:
    first = Http(cast.wang).post("/me/erasure")
    second = Http(cast.wang).post("/me/erasure")
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["job_id"] == second.json()["job_id"]


@pytest.mark.django_db(transaction=True)
def test_an_alarm_between_asking_and_erasing_stops_it(cast: Cast) -> None:
    job_id = must(Http(cast.wang).post("/me/erasure"), 202)["job_id"]
    raise_alarm(cast.wang)
    jobs.LOOP.drain()
    job = Job.objects.get(id=job_id)
    assert (job.state, job.error) == ("failed", "erasure-blocked")
    assert Http(cast.wang).get("/me").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dies_after", range(1, 7))
def test_a_killed_worker_only_costs_time(cast: Cast, monkeypatch: pytest.MonkeyPatch, dies_after: int) -> None:
    job_id = must(Http(cast.wang).post("/me/erasure"), 202)["job_id"]
    steps = []
    real = Run.step

    def dying(run: Run, done: int, total: int, *, cursor: Any = None) -> None:
        steps.append(done)
        if len(steps) == dies_after:
            raise LostLease
        real(run, done, total, cursor=cursor)

    monkeypatch.setattr(Run, "step", dying)
    (claimed,) = jobs.LOOP.claim()
    jobs.work_on(claimed)
    monkeypatch.undo()
    Job.objects.filter(id=job_id).update(due_at=claimed.created_at, lease=None)
    jobs.LOOP.drain()
    assert Job.objects.get(id=job_id).state == "done"
    assert vault.PersonKey.objects.get(owner_id=cast.wang.id).wrapped is None
    assert erasure.blocked(cast.wang.id) == []


@pytest.mark.django_db
def test_what_the_desk_offered_to_others_outlives_who_wrote_it(cast: Cast) -> None:
    body = {"name": "赵奶奶", "home_id": str(cast.home.id), "relation": "family", "witnessed": True}
    must(Http(cast.manager).post("/people", body | {"phone": cast.outsider.phone}), 201)
    RoleGrant.objects.filter(user=cast.manager.user).delete()
    must(Http(cast.manager).post("/me/erasure"), 202)
    jobs.LOOP.drain()
    assert User.objects.get(id=cast.manager.id).state == "erased"
    (offer,) = Http(cast.outsider).get("/me/homes").json()["offers"]
    must(Http(cast.outsider).post(f"/me/homes/{offer['id']}/accept"))
