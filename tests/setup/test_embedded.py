"""The embedded PostgreSQL: one server for many starters, back after a kill, closed to everybody else."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from backend import embedded, embedded_files
from backend.core import grants

ROOT = Path(__file__).resolve().parents[2]
STARTER = """
import sys
from pathlib import Path
from backend import embedded
print(embedded.ensure(Path(sys.argv[1]), durable=False).port, flush=True)
"""
AS_NOBODY = """
import os, sys
from pathlib import Path
from backend import embedded, embedded_files
binaries = embedded_files.binaries(embedded_files.account())
embedded.ensure(Path(sys.argv[1]) / "warm", durable=False)  # imports everything while we can still read it
embedded.stop(Path(sys.argv[1]) / "warm")
os.setgroups([]); os.setgid(65534); os.setuid(65534)
embedded_files.binaries = lambda who: binaries
home = Path(sys.argv[1]) / "home"
print(embedded.ensure(home, durable=False).port, oct(home.stat().st_mode & 0o777), home.stat().st_uid)
embedded.stop(home)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own; its server is stopped at the end."""
    place = tmp_path / "home"
    yield place
    forget(place)


def forget(home: Path) -> None:
    embedded.stop(home, even_if_used=True)
    shutil.rmtree(place_of(home))  # which may lie outside the test's folder


def place_of(home: Path) -> Path:
    return embedded_files.place(home, embedded_files.account())


def kill_postmaster(home: Path) -> None:
    pid = int((place_of(home) / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)


def test_four_starters_at_once_share_one_server(home: Path) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", STARTER, home], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ports = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0, 0, 0]
    assert ports == {str(embedded.ensure(home, durable=False).port)}


@pytest.mark.kills
def test_rows_survive_a_killed_postmaster(home: Path) -> None:
    urls = embedded.ensure(home)
    with psycopg.connect(urls.owner) as owner:
        owner.execute("CREATE TABLE kept (word text)")
        owner.execute("INSERT INTO kept VALUES ('一刻')")
    kill_postmaster(home)
    begun = time.monotonic()
    again = embedded.ensure(home)
    assert time.monotonic() - begun < 15  # about 1 s on a quiet machine
    with psycopg.connect(again.owner) as owner:
        assert owner.execute("SELECT word FROM kept").fetchall() == [("一刻",)]


def test_the_roles_are_small_and_need_their_passwords(home: Path) -> None:
    urls = embedded.ensure(home, durable=False)
    for url, may_create in ((urls.app, False), (urls.system, False), (urls.owner, True)):
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert row == (False, False, may_create)
    with psycopg.connect(urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine (id int)")
    with psycopg.connect(urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SET ROLE yike_system")
    for stranger in ("yike_app:wrong", "postgres:postgres", "postgres"):
        with pytest.raises(psycopg.OperationalError, match=r"password|authentication"):
            psycopg.connect(f"postgresql://{stranger}@127.0.0.1:{urls.port}/yike")


def test_trigrams_see_chinese_here_and_in_the_databases_that_tests_make(home: Path) -> None:
    urls = embedded.ensure(home, durable=False)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("CREATE DATABASE test_yike")
    for dbname in ("yike", "test_yike"):
        with psycopg.connect(urls.owner, dbname=dbname) as owner:
            found = owner.execute("SELECT array_length(show_trgm('幸福小区'), 1)").fetchone()
            assert found is not None
            assert found[0] >= 4
            names = owner.execute("SELECT extname FROM pg_extension").fetchall()
            assert {"pg_trgm", "btree_gist", "btree_gin", "unaccent"} <= {name for (name,) in names}


def test_nobody_else_can_read_the_files(home: Path) -> None:
    embedded.ensure(home, durable=False)
    place = place_of(home)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) & 0o007 == 0


def test_a_closed_home_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    try:
        embedded.ensure(closed, durable=False)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        is_elsewhere = place_of(closed).parent != closed
        assert is_elsewhere == (os.geteuid() == 0)
    finally:
        forget(closed)


def test_an_unprivileged_user_needs_no_root(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        return  # then every other test of this file shows it
    with tempfile.TemporaryDirectory(prefix="yike-nobody-") as name:
        Path(name).chmod(0o777)
        shown = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, name], capture_output=True, text=True, timeout=90, check=False
        )
        assert shown.returncode == 0, shown.stderr
        assert shown.stdout.split()[1:] == ["0o700", "65534"]


def test_a_stranger_on_our_port_is_not_taken_for_our_server(home: Path) -> None:
    urls = embedded.ensure(home, durable=False)
    embedded.stop(home)
    with socket.create_server(("127.0.0.1", urls.port)):
        again = embedded.ensure(home, durable=False)
        assert again.port != urls.port
        psycopg.connect(again.app).close()


def test_the_server_is_not_stopped_while_another_process_uses_it(home: Path) -> None:
    urls = embedded.ensure(home, durable=False)
    other = subprocess.Popen(
        [sys.executable, "-c", f"{STARTER}sys.stdin.read()", home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline().strip() == str(urls.port)
    assert not embedded.stop(home)
    psycopg.connect(urls.app).close()
    other.communicate(timeout=20)
    assert embedded.stop(home)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls.app)


def test_an_operator_s_own_server_gets_roles_with_the_passwords_of_the_environment(home: Path) -> None:
    embedded.ensure(home, durable=False)
    admin = embedded._Cluster.at(home).admin_url
    place = admin.rpartition("@")[2].partition("/")[0]
    given = {"DATABASE_URL": f"postgresql://yike_app:p%40ss@{place}/district"}
    for _ in range(2):  # repeatable
        shown = subprocess.run(
            [sys.executable, "-m", "backend", "create-roles", "--admin-url", admin, "--dbname", "district"],
            cwd=ROOT,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert shown.returncode == 0, shown.stderr
    printed = dict(line.split("=", 1) for line in shown.stdout.splitlines())
    assert printed["DATABASE_URL"] == given["DATABASE_URL"]
    for name, role in (
        ("DATABASE_URL", "yike_app"),
        ("DATABASE_OWNER_URL", "yike_owner"),
        ("DATABASE_SYSTEM_URL", "yike_system"),
    ):
        with psycopg.connect(printed[name]) as connection:
            assert connection.execute("SELECT current_user, current_database()").fetchone() == (role, "district")
    with psycopg.connect(printed["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE made (id int)")
        grants.grant(owner)
        grants.grant(owner)
        owner.execute("CREATE TABLE made_later (id bigserial)")
    with psycopg.connect(printed["DATABASE_URL"]) as app:
        app.execute("INSERT INTO made VALUES (1)")
        app.execute("INSERT INTO made_later DEFAULT VALUES")
