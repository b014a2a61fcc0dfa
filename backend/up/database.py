"""The database of `up`: which one it is, what has been done to it, and its watch."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from backend import embedded
from backend.embedded_files import DatabaseDown
from backend.roles_sql import Urls

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL")


def is_given() -> bool:
    """Whether the operator names a database; then the embedded one is not started. `backend.env` names the missing ones."""
    return any(os.environ.get(name) for name in VARIABLES)


def home() -> Path:
    """Where state lives: `YIKE_HOME`, or `.yike` below the working directory."""
    return Path(os.environ.get("YIKE_HOME") or ".yike").expanduser().resolve()


def export() -> Urls | None:
    """Make sure of a database and put its three URLs into the environment; None when the operator gave them."""
    if is_given():
        return None
    urls = embedded.ensure(home())
    os.environ.update(urls.environment())
    return urls


def fingerprint() -> str:
    """Changes when a migration, a dependency or the grants change, and every month, because partitions go ahead of time."""
    seen = hashlib.sha256(datetime.now(UTC).strftime("%Y-%m").encode())
    packages = ("api", "backend", "notifications", "payments", "web")
    files = [file for package in packages for file in (ROOT / package).glob("**/migrations/*.py")]
    for file in (*sorted(files), ROOT / "backend/core/grants.py", ROOT / "requirements.lock"):
        seen.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()


def notes() -> dict[str, Any]:
    """What has been done to the database, kept as the comment of the database itself: `migrations`, `seeded_at`."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        found = owner.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    try:
        kept = json.loads(found[0]) if found and found[0] else {}
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def note(**done: str | None) -> None:
    """Add to the notes; None takes one away."""
    merged = {name: value for name, value in (notes() | done).items() if value is not None}
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(owner.info.dbname), sql.Literal(json.dumps(merged, sort_keys=True))
            )
        )


async def watch(place: Path, owner_url: str, stopping: asyncio.Event) -> None:
    """Bring the embedded server back as soon as it is gone: an idle connection of ours ends the moment it dies."""
    while not stopping.is_set():
        try:
            await asyncio.to_thread(embedded.ensure, place)
            connection = await asyncio.to_thread(_idle, owner_url)
        except (DatabaseDown, psycopg.OperationalError) as wrong:
            print(f" postgres │ {wrong}", flush=True)
            await asyncio.sleep(0.5)
            continue
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(connection.fileno(), ended.set)
        waiting = [asyncio.create_task(event.wait()) for event in (ended, stopping)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        loop.remove_reader(connection.fileno())
        connection.close()
        if not stopping.is_set():
            print(" postgres │ gone; starting it again", flush=True)


def _idle(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)
