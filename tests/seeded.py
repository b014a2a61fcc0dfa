"""One demo district, made once in a run by a real first start; whoever needs a district of their own gets a copy of it.

The copy has its own passwords and ports, so that no process of one district ever takes another's database for its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from backend import embedded, embedded_files, roles_sql
from backend.chaos.district import Running
from tests.environment import SHARED

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
SEEDS = SHARED / "seeds"
NOT_COPIED = {
    "postgres", "postgres.place", "postgres.lock", "postgres.users", "ports.json", "ports.lock", "stripe-sandbox", "up.log",
    "complete",
}  # fmt: skip


def district(home: Path) -> Path:
    """A home with the demo district in it, as a first start leaves it; what was there before is cleared away."""
    clear(home)
    with _alone():
        seed = _seed()
        who = embedded_files.account()
        home = embedded_files.opened(home, who)
        for part in seed.iterdir():
            if part.name not in NOT_COPIED:
                _copy(str(part), home / part.name)
        _copy(f"{embedded_files.place(seed, who)}/.", embedded_files.place(home, who))
        _make_its_own(home)
    return home


def clear(home: Path) -> None:
    """Take away a home that an earlier run left, with its database."""
    if home.exists():
        embedded.stop(home)
        shutil.rmtree(embedded_files.place(home, embedded_files.account()), ignore_errors=True)
        shutil.rmtree(home)


def _seed() -> Path:
    """The stopped home of this run's first start."""
    seed = SEEDS / RUN
    done = seed / "complete"
    if not done.exists():
        for old in SEEDS.iterdir() if SEEDS.exists() else ():
            clear(old)
        Running.start(seed).stop()
        done.touch()
    return seed


def _make_its_own(home: Path) -> None:
    """Other passwords, another port, which the server takes at once and keeps."""
    who = embedded_files.account()
    cluster = embedded._Cluster(embedded_files.place(home, who), embedded_files.binaries(who), who)
    cluster._write("port", str(embedded._free_port()))
    with psycopg.connect(embedded.ensure(home).owner) as owner:
        assert owner.execute("SELECT EXISTS (SELECT FROM people_user)").fetchone() == (True,)
    fresh = {role: secrets.token_hex(24) for role in ("postgres", *roles_sql.ROLES)}
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        for role, password in fresh.items():
            admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
    cluster._write("passwords.json", json.dumps(fresh))
    assert embedded.stop(home)


def _copy(source: str, target: Path) -> None:
    subprocess.run(["cp", "-pR", source, target], check=True)


@contextmanager
def _alone() -> Iterator[None]:
    SHARED.mkdir(parents=True, exist_ok=True)
    with open(SHARED / "seeds.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
