"""A back-up made with pg_dump wakes up in another cluster, whose transactions count from the start: the audit still verifies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from backend import embedded, embedded_files
from backend.core import audit_export
from backend.core.audit import AuditRow
from backend.env import env
from backend.people.actor import Actor
from tests.core.test_audit import deed, sealed_soon

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kills]
ROOT = Path(__file__).resolve().parents[2]
LATER = """
import django
django.setup()
from django.db import connection
from backend.core import audit_sealing
from backend.core.audit import AuditRow
from backend.core.audit_export import file
from backend.core.audit_verifying import verify
from tests.core.test_audit import deed
from backend.people.actor import Actor
deed(Actor.system("test"), number=100)
row = AuditRow.objects.get(data__number=100)
made = audit_sealing.seal()
assert [*verify(), *verify(export=file())] == []
print(row.epoch, row.xact, made.epoch, made.number)
"""


def url_of_the_tests() -> str:
    at = connection.get_connection_params()
    return f"postgresql://{at['user']}:{at['password']}@{at['host']}:{at['port']}/{at['dbname']}"


def run(*command: Any, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "YIKE_"))}
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=300
    )


@pytest.fixture
def cluster() -> Any:
    """Another cluster, younger than this one: its three URLs."""
    home = Path(tempfile.mkdtemp(prefix="yike-restored-"))
    try:
        yield embedded.ensure(home, durable=False)
    finally:
        embedded.stop(home, even_if_used=True)
        shutil.rmtree(home, ignore_errors=True)


def test_a_dump_restored_into_a_new_cluster_verifies_and_goes_on(cluster: Any, tmp_path: Path) -> None:
    audit_export.file().unlink(missing_ok=True)
    for number in range(3):
        deed(Actor.system("test"), number=number)
    sealed_soon()
    deed(Actor.system("test"), number=3)  # not yet sealed when the back-up is made
    with connection.cursor() as cursor:  # this cluster is older than the one that the dump wakes up in
        for _ in range(3000):
            cursor.execute("SELECT txid_current()")
    deed(Actor.system("test"), number=4)
    last = AuditRow.objects.get(data__number=4)

    tools, dump = embedded_files.binaries(embedded_files.account()), tmp_path / "yike.dump"
    made = run(tools / "pg_dump", "-Fc", "--enable-row-security", "--no-comments", "-f", dump, "-d", url_of_the_tests())
    assert made.returncode == 0, made.stderr
    put = run(tools / "pg_restore", "--no-owner", "--exit-on-error", "-d", cluster.owner, dump)
    assert put.returncode == 0, put.stderr

    there = cluster.environment() | {"YIKE_HOME": str(env.home_path), "DJANGO_SETTINGS_MODULE": "backend.settings"}
    checked = run(sys.executable, "-m", "backend", "verify-audit", **there)
    assert (checked.returncode, "nothing was tampered with" in checked.stdout) == (0, True), checked.stdout

    later = run(sys.executable, "-c", LATER, **there, YIKE_PROCESS="worker")
    assert later.returncode == 0, later.stderr
    epoch, xact, sealed_epoch, number = map(int, later.stdout.split()[-4:])
    assert epoch == sealed_epoch == last.epoch + 1
    assert number == 3
    assert xact < last.xact

    wrong = run(
        sys.executable, "-c",
        "import psycopg, sys; c = psycopg.connect(sys.argv[1], autocommit=True); "
        "c.execute('ALTER TABLE core_auditrow DISABLE TRIGGER USER'); "
        "c.execute(\"UPDATE core_auditrow SET event = 'x' WHERE data->>'number' = '100'\")",
        cluster.owner,
    )  # fmt: skip
    assert wrong.returncode == 0, wrong.stderr
    checked = run(sys.executable, "-m", "backend", "verify-audit", **there)
    assert (checked.returncode, "seal 3: a row was changed: row" in checked.stdout + checked.stderr) == (1, True)
