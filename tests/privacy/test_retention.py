"""Retention: each table loses its rows when their time is over, not before; months of partitioned tables go as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models, transaction

from backend.commands import retention as command
from backend.core import retention
from backend.core.audit import AuditRow
from backend.core.clock import now
from backend.core.idempotency import IdempotencyRow
from backend.core.ids import uuid7
from backend.core.jobs import Job
from backend.emergency.models import Signal
from backend.people.models import ClaimEvidence, LoginCode, RefreshToken, Residency, Session
from backend.tickets import actions as tickets
from backend.tickets.models import Photo
from notifications.models import Delivery, Notice, OutboxMessage, StreamEvent
from tests.cast import Cast, as_app
from tests.pictures import jpeg_with_a_place
from tests.tickets.making import make_ticket

pytestmark = pytest.mark.django_db
Clock = Callable[[timedelta], Any]


def code(cast: Cast) -> models.Model:
    return LoginCode.objects.create(phone_blind=b"p" * 32, code_mac=b"c" * 32, expires_at=now())


def session(cast: Cast) -> models.Model:
    return Session.objects.create(user=cast.wang.user, device_key="old", expires_at=now())


def refresh(cast: Cast) -> models.Model:
    return RefreshToken.objects.create(session=cast.wang.session, token_hash=uuid7().bytes * 2, expires_at=now())


def answer(cast: Cast) -> models.Model:
    return IdempotencyRow.objects.create(owner_id=cast.wang.id, key_hash=b"k", body_hash=b"b", expires_at=now())


def job(cast: Cast) -> models.Model:
    return Job.objects.create(kind="people.export", owner_id=cast.wang.id, state="done", finished_at=now())


def notice(cast: Cast) -> models.Model:
    return Notice.objects.create(person_id=cast.wang.id, topic="ticket.accepted")


def outbox(cast: Cast) -> models.Model:
    return OutboxMessage.objects.create(channel="sms", to_blind=b"t", sealed_by=cast.wang.id, sealed=b"s")


@pytest.mark.parametrize(
    ("make", "days"), [(code, 2), (session, 90), (refresh, 0), (answer, 0), (job, 180), (notice, 400), (outbox, 7)]
)
def test_rows_go_when_their_time_is_over(cast: Cast, moved_clock: Clock, make: Any, days: int) -> None:
    row = make(cast)
    rows = type(row)._default_manager.filter(pk=row.pk)
    if days:
        with moved_clock(timedelta(days=days) - timedelta(minutes=1)):
            retention.run()
            assert rows.exists()
    with moved_clock(timedelta(days=days, minutes=1)):
        retention.run()
        assert not rows.exists()


def test_pictures_of_a_ticket_go_three_years_after_it_ended(cast: Cast, moved_clock: Clock) -> None:
    photo = tickets.add_photo(cast.wang.actor, file=BytesIO(jpeg_with_a_place()))
    ticket = make_ticket(cast, "closed", photo_ids=[photo.id])
    photo.refresh_from_db()
    with moved_clock(timedelta(days=3 * 366 - 1)):
        retention.run()
        assert default_storage.exists(photo.file)
    with moved_clock(timedelta(days=3 * 366 + 1)):
        retention.run()
    assert not Photo.objects.filter(ticket=ticket).exists()
    assert not default_storage.exists(photo.file)
    assert not default_storage.exists(photo.thumb)


def test_evidence_goes_with_its_file(cast: Cast, moved_clock: Clock) -> None:
    file = default_storage.save("evidence/test-retention", ContentFile(b"sealed"))
    ClaimEvidence.objects.create(
        user=cast.pending.user,
        residency=Residency.objects.get(user=cast.pending.user),
        file=file,
        content_type="image/jpeg",
        purge_at=now() + timedelta(days=1),
    )
    retention.run()
    assert default_storage.exists(file)
    with moved_clock(timedelta(days=1, minutes=1)):
        retention.run()
    assert not default_storage.exists(file)
    assert not ClaimEvidence.objects.exists()


def a_month(model: type[models.Model], at: datetime) -> str:
    """A partition for a month long ago, which this installation never had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT yike_add_partition(%s, %s)", [model._meta.db_table, at.date()])
    return f"{model._meta.db_table}_{at:%Y%m}"


def exists(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table])
        return (cursor.fetchone() or (None,))[0] is not None


@pytest.mark.parametrize(("model", "days"), [(StreamEvent, 30), (Delivery, 180), (Signal, 3 * 366)])
def test_partitioned_tables_lose_whole_months(cast: Cast, model: Any, days: int) -> None:
    long_ago = (now() - timedelta(days=days + 62)).replace(day=15)
    just_kept = (now() - timedelta(days=days - 1)).replace(hour=0)
    old, kept = a_month(model, long_ago), a_month(model, just_kept)
    more = {"channel": "person:x", "offset": 1} if model is StreamEvent else {}
    more |= {"channel": "sms", "topic": "x"} if model is Delivery else {}
    more |= {"source": "s", "event_id": "e", "protocol": "app", "raw_sealed": b"r"} if model is Signal else {}
    model.objects.create(at=long_ago, **more)
    model.objects.create(at=just_kept, **more)
    found = next(f for f in retention.look() if f.rule.model is model and f.rule.is_monthly)
    assert (found.months, found.rows) == (1, 1)
    retention.run()
    assert not exists(old)
    assert exists(kept)
    assert model.objects.filter(at=just_kept).count() == 1


def test_the_audit_is_never_dropped_here(cast: Cast) -> None:
    long_ago = datetime(2019, 5, 3, tzinfo=UTC)
    month = a_month(AuditRow, long_ago)
    AuditRow.objects.create(at=long_ago, event="old", actor_kind="system", xact=0)
    found = next(f for f in retention.look() if f.rule.model is AuditRow)
    assert (found.rule.floor, found.months, found.rows) == (True, 1, 1)
    retention.run()
    assert exists(month)
    with pytest.raises(DatabaseError, match="the audit is kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT yike_drop_partition('core_auditrow', '2019-05-01')")


def test_a_young_month_is_never_dropped(cast: Cast) -> None:
    with pytest.raises(DatabaseError, match="too young"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT yike_drop_partition('notifications_streamevent', %s)", [now().date()])


def test_who_serves_people_can_drop_nothing(cast: Cast) -> None:
    with as_app(), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT yike_drop_partition('notifications_streamevent', '2019-05-01')")


def test_a_dry_run_counts_and_deletes_nothing(
    cast: Cast, moved_clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    code(cast)
    with moved_clock(timedelta(days=3)):
        command.run(argparse.Namespace(dry_run=True))
        assert LoginCode.objects.count() == 1
        assert "people.LoginCode · expires_at\t2\t1" in capsys.readouterr().out
        command.run(argparse.Namespace(dry_run=False))
    assert LoginCode.objects.count() == 0


def test_one_rule_that_fails_stops_no_other(cast: Cast, moved_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    row = code(cast)
    real = retention._delete

    def failing(rule: retention.Rule) -> int:
        if rule.model is IdempotencyRow:
            raise OSError("no disk")
        return real(rule)

    monkeypatch.setattr(retention, "_delete", failing)
    with moved_clock(timedelta(days=3)):
        retention.run()
    assert not LoginCode.objects.filter(pk=row.pk).exists()
