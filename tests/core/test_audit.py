"""The audit: append-only, sealed, and any tampering is found."""

from __future__ import annotations

import time

import pytest
from django.db import DatabaseError, connection

from backend.core import audit
from backend.core.audit import AuditRow, AuditSeal
from backend.core.verb import record, verb
from backend.env import env
from backend.people.actor import Actor


@verb("test.done")
def deed(actor: Actor, *, number: int) -> None:
    record("test.done", about=None, number=number)


def sealed_soon() -> None:
    """Seal, once no running transaction of other tests in the same cluster holds the sealer back."""
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT txid_snapshot_xmin(txid_current_snapshot()) > max(xact) FROM core_auditrow")
            (is_free,) = cursor.fetchone() or (False,)
        if is_free:
            assert audit.seal() is not None
            return
        time.sleep(0.05)
    raise AssertionError("a transaction never ended")


@pytest.fixture
def sealed(transactional_db: None) -> None:
    (env.home_path / "seals.log").unlink(missing_ok=True)
    for number in range(5):
        deed(Actor.system("test"), number=number)
    sealed_soon()
    deed(Actor.system("test"), number=5)
    sealed_soon()


def tamper(sql: str) -> None:
    with connection.cursor() as cursor:
        for table in ("core_auditrow", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in ("core_auditrow", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.usefixtures("sealed")
def test_an_untouched_audit_verifies() -> None:
    assert list(audit.verify()) == []
    assert audit.seal() is None


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("""UPDATE core_auditrow SET data = '{"number": 9}' WHERE data->>'number' = '2'""", "a row was changed"),
        ("DELETE FROM core_auditrow WHERE data->>'number' = '2'", "5 rows were sealed, 4 are there"),
        ("DELETE FROM core_auditseal WHERE number = 2", "no longer in the database"),
        ("UPDATE core_auditseal SET count = 4 WHERE number = 1", "signature is wrong"),
    ],
)
def test_tampering_is_found(sql: str, complaint: str) -> None:
    tamper(sql)
    assert complaint in " / ".join(audit.verify())


@pytest.mark.django_db
def test_the_database_refuses_to_change_or_delete_a_row() -> None:
    deed(Actor.system("test"), number=1)
    with pytest.raises(DatabaseError, match="never changed"):
        AuditRow.objects.update(event="other")


@pytest.mark.usefixtures("sealed")
def test_seals_chain_without_a_gap() -> None:
    first, second = AuditSeal.objects.all()
    assert bytes(second.previous) == bytes(first.root)
    assert second.first_xact == first.end_xact
