"""The audit: append-only, sealed, and any tampering is found and named."""

from __future__ import annotations

import json
import socket
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from backend.commands import verify_audit
from backend.core import audit_export, audit_sealing, grants, partitions
from backend.core.audit import AuditExport, AuditRow, AuditSeal
from backend.core.audit_verifying import verify
from backend.core.clock import now
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
            assert audit_sealing.seal() is not None
            return
        time.sleep(0.05)
    raise AssertionError("a transaction never ended")


@pytest.fixture
def sealed(transactional_db: None) -> None:
    audit_export.file().unlink(missing_ok=True)
    for number in range(5):
        deed(Actor.system("test"), number=number)
    sealed_soon()
    deed(Actor.system("test"), number=5)
    sealed_soon()


def tamper(*statements: str) -> None:
    with connection.cursor() as cursor:
        for table in ("core_auditrow", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for sql in statements:
            cursor.execute(sql)
        for table in ("core_auditrow", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def row(number: int) -> UUID:
    return AuditRow.objects.get(data__number=number).id


@pytest.mark.usefixtures("sealed")
def test_an_untouched_audit_verifies(capsys: Any) -> None:
    assert list(verify()) == []
    assert list(verify(export=audit_export.file())) == []
    assert audit_sealing.seal() is None
    assert verify_audit.run(verify_audit.argparse.Namespace(from_export=None, most=100)) == 0
    assert "2 seals verified" in capsys.readouterr().out


LATE = """
INSERT INTO core_auditrow (id, at, event, actor_kind, object_type, data, request_id, xact, epoch)
SELECT '00000000-0000-7000-8000-000000000001', at, 'forged', 'system', '', '{}', '', xact, epoch
FROM core_auditrow WHERE data->>'number' = '2'
"""


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    ("sql", "complaint", "broken"),
    [
        ("UPDATE core_auditrow SET data = '{\"number\": 2, \"x\": 1}' WHERE data->>'number' = '2'", "was changed", 2),
        ("UPDATE core_auditrow SET actor_kind = 'person' WHERE data->>'number' = '5'", "was changed", 5),
        ("UPDATE core_auditrow SET at = at + interval '1 second' WHERE data->>'number' = '0'", "was changed", 0),
        ("DELETE FROM core_auditrow WHERE data->>'number' = '2'", "is gone", 2),
        ("DELETE FROM core_auditrow WHERE data->>'number' = '4'", "is gone", 4),
        (LATE, "was put in later", None),
        ("UPDATE core_auditrow SET xact = xact + 100000 WHERE data->>'number' = '3'", "is gone", 3),
    ],
    ids=["flip", "flip in the second seal", "flip a time", "delete", "cut the tail", "insert late", "move"],
)
def test_the_first_broken_row_is_named(sql: str, complaint: str, broken: int | None) -> None:
    name = row(broken) if broken is not None else UUID("00000000-0000-7000-8000-000000000001")
    tamper(sql)
    for export in (None, audit_export.file()):
        assert f"row {name} {complaint}" in " / ".join(verify(export=export))


@pytest.mark.usefixtures("sealed")
def test_rows_that_changed_places_are_named() -> None:
    one, two = row(1), row(2)
    spare = UUID(int=7)
    tamper(*(f"UPDATE core_auditrow SET id = '{new}' WHERE id = '{old}'" for old, new in
             ((one, spare), (two, one), (spare, two))))  # fmt: skip
    assert f"row {one} was changed" in " / ".join(verify())


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("DELETE FROM core_auditseal WHERE number = 2", "no longer in the database"),
        ("DELETE FROM core_auditseal WHERE number = 1", "chain of seals is broken"),
        ("UPDATE core_auditseal SET count = 4 WHERE number = 1", "signature is wrong"),
        ("UPDATE core_auditseal SET end_xact = end_xact - 1 WHERE number = 1", "chain of seals is broken"),
        ("UPDATE core_auditseal SET root = previous WHERE number = 2", "signature is wrong"),
        ("UPDATE core_auditseal SET epoch = 1 WHERE number = 2", "signature is wrong"),
    ],
)
def test_tampering_with_the_seals_is_found(sql: str, complaint: str) -> None:
    tamper(sql)
    assert complaint in " / ".join(verify())


@pytest.mark.usefixtures("sealed")
def test_who_forges_rows_and_leaves_alike_is_found_but_not_the_row() -> None:
    tamper(
        "UPDATE core_auditrow SET event = 'x' WHERE data->>'number' = '2'",
        "UPDATE core_auditseal SET leaves = '' WHERE number = 1",
    )
    assert "seal 1: a row was changed: which one cannot be said" in " / ".join(verify())


@pytest.mark.usefixtures("sealed")
def test_who_cuts_rows_and_seals_and_the_local_file_is_found_by_the_exported_ones(tmp_path: Path) -> None:
    copy = tmp_path / "from-the-syslog.log"
    copy.write_text(audit_export.file().read_text())
    number = AuditSeal.objects.get(number=2).first_xact
    tamper("DELETE FROM core_auditseal WHERE number = 2", f"DELETE FROM core_auditrow WHERE xact >= {number}")
    audit_export.file().unlink()
    assert list(verify()) == []
    found = " / ".join(verify(export=copy))
    assert "seal 2: 1 rows were sealed, 0 are there" in found
    assert "seal 2: exported, but not so in the database" in found
    args = verify_audit.argparse.Namespace(from_export=copy, most=1)
    assert verify_audit.run(args) == 1


@pytest.mark.usefixtures("sealed")
def test_a_changed_export_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "copy.log"
    lines = audit_export.file().read_text().splitlines()
    for wrong in (
        [lines[0].replace('"count": 5', '"count": 4'), lines[1]],
        [lines[1], lines[0]],
        [lines[1]],
        ["{}"],
        ["nonsense"],
    ):
        copy.write_text("\n".join(wrong))
        assert list(verify(export=copy))
    assert list(verify(export=tmp_path / "none.log"))


@pytest.mark.usefixtures("sealed")
def test_a_row_of_a_transaction_that_has_not_been_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LATE.replace("xact, epoch\nFROM", "xact + 1000000000, epoch\nFROM"))
    assert "names a transaction that has not been yet" in " / ".join(verify())


@pytest.mark.django_db
def test_the_database_refuses_to_change_or_delete_a_row() -> None:
    deed(Actor.system("test"), number=1)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditRow.objects.update(event="other")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditRow.objects.filter(event="test.done").delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["yike_app", "yike_system"])
def test_the_working_roles_can_neither_change_nor_empty_it_nor_its_parts(role: str) -> None:
    deed(Actor.system("test"), number=1)
    partitions.ensure_months()
    grants.grant(connection)
    parts = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'core_auditrow'::regclass"
    with connection.cursor() as cursor:
        cursor.execute(parts)
        tables = ["core_auditrow", "core_auditseal", "core_auditepoch", *(name for (name,) in cursor.fetchall())]
        assert len(tables) > 6
        cursor.execute(f"SET ROLE {role}")
        try:
            for table in tables:
                for sql in (f"TRUNCATE {table}", f"DELETE FROM {table}", f"UPDATE {table} SET xact = 1"):
                    if "UPDATE" in sql and table in {"core_auditseal", "core_auditepoch"}:
                        sql = f"UPDATE {table} SET number = 1"
                    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                        cursor.execute(sql)
            for sql in ("ALTER TABLE core_auditrow DISABLE TRIGGER USER", "DROP TRIGGER x ON core_auditrow"):
                with pytest.raises(DatabaseError), transaction.atomic():
                    cursor.execute(sql)
        finally:
            cursor.execute("RESET ROLE")
    assert AuditRow.objects.count() == 1


@pytest.mark.usefixtures("sealed")
def test_seals_chain_without_a_gap() -> None:
    first, second = AuditSeal.objects.all()
    assert bytes(second.previous) == bytes(first.root)
    assert second.first_xact == first.end_xact


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 7, 8, 13, 64, 100])
def test_the_streamed_root_is_the_trees_root(count: int) -> None:
    import hashlib

    leaves = [bytes([n]) * 32 for n in range(count)]
    level = list(leaves)
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    assert audit_sealing.merkle(leaves) == (level[0] if level else hashlib.sha256(b"").digest())


MANY = """
INSERT INTO core_auditrow (id, at, event, actor_kind, object_type, data, request_id)
SELECT gen_random_uuid(), now(), 'test.done', 'system', '', jsonb_build_object('number', n), '' FROM generate_series(1, %s) n
"""


@pytest.mark.django_db(transaction=True)
def test_many_rows_are_sealed_in_portions_and_verified_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    audit_export.file().unlink(missing_ok=True)
    monkeypatch.setattr(audit_sealing, "ROWS_A_SEAL", 2000)
    for _ in range(5):
        with connection.cursor() as cursor:
            cursor.execute(MANY, [2000])
    sealed_soon()
    assert AuditSeal.objects.count() == 5
    seen: list[int] = []
    tracemalloc.start()
    assert list(verify(seen.append)) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(seen) == 10_000
    assert peak < 12 * 1024 * 1024


@pytest.fixture
def restored(sealed: None) -> Callable[[], None]:
    """`restored()` makes this database think that it woke up in another cluster, whose transactions count from anew."""

    def move() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO core_auditepoch (number, system_id, begun_at) SELECT max(number) + 1, 'x', now() "
                           "FROM core_auditepoch")  # fmt: skip

    return move


def test_rows_after_a_restore_belong_to_a_new_epoch_and_verify(restored: Callable[[], None]) -> None:
    deed(Actor.system("test"), number=6)  # in the dump, not yet sealed
    restored()
    deed(Actor.system("test"), number=7)
    before, after = AuditRow.objects.get(data__number=6), AuditRow.objects.get(data__number=7)
    assert after.epoch == before.epoch + 2
    tamper(f"UPDATE core_auditrow SET xact = 3 WHERE id = '{after.id}'")  # a young cluster counts from the start
    sealed_soon()
    assert [s.epoch - before.epoch for s in AuditSeal.objects.all()] == [0, 0, 0, 2]
    assert list(verify()) == []
    tamper(f"UPDATE core_auditrow SET epoch = {before.epoch}, xact = {before.xact + 5} WHERE id = '{after.id}'")
    assert f"row {after.id} was put in later, into an epoch that had ended" in " / ".join(verify())


class Receiver(BaseHTTPRequestHandler):
    """A real server that takes seals, or refuses them."""

    heard: ClassVar[list[Any]] = []
    answers: ClassVar[int] = 204

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.answers < 300:
            self.heard.append(body)
        self.send_response(self.answers)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.mark.usefixtures("sealed")
def test_roots_leave_for_a_url_and_a_syslog_and_what_was_missed_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    AuditExport.objects.all().delete()
    Receiver.heard, Receiver.answers = [], 503
    with HTTPServer(("127.0.0.1", 0), Receiver) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(5)
        monkeypatch.setattr(env, "audit_url", f"http://127.0.0.1:{server.server_port}/seals")
        monkeypatch.setattr(env, "audit_syslog", f"127.0.0.1:{syslog.getsockname()[1]}")
        Thread(target=server.serve_forever, daemon=True).start()
        deed(Actor.system("test"), number=6)
        sealed_soon()
        assert Receiver.heard == []
        Receiver.answers = 204
        deed(Actor.system("test"), number=7)
        sealed_soon()
        server.shutdown()
        told = [syslog.recv(65536).decode() for _ in range(4)]
    assert [seal["number"] for seal in Receiver.heard] == [1, 2, 3, 4]
    assert all(line.startswith("<109>1 ") for line in told)
    last = AuditSeal.objects.get(number=4)
    assert (
        Receiver.heard[-1]["root"]
        == bytes(last.root).hex()
        == json.loads(told[-1].partition(" - ")[2].split(" - ")[-1])["root"]
    )


def test_a_moved_clock_does_not_trouble_the_seals(sealed: None, moved_clock: Any) -> None:
    with moved_clock(timedelta(days=-400)):
        deed(Actor.system("test"), number=6)
        assert now() < AuditRow.objects.get(data__number=5).at
    sealed_soon()
    assert list(verify()) == []
