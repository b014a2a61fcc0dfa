"""State on disk: every object as a JSON row of one SQLite file, durable before any answer leaves.

All access happens on the one event-loop thread, so a request is a transaction and requests are serial.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.stripe.errors import Json

_ALPHABET = string.ascii_letters + string.digits

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, created INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, due_at REAL,
    attempts INTEGER NOT NULL DEFAULT 0, delivered_at REAL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (endpoint, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS timers (
    id INTEGER PRIMARY KEY, due_at REAL NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"


class Store:
    """One SQLite file. ``path`` is created with its folder."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self.db.row_factory = sqlite3.Row
        self.db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _SCHEMA)

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits (fsync) at the end, rolls back when an exception passes."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def insert(self, object: Json) -> None:
        row = (object["id"], object["object"], object.get("created", int(time.time())), json.dumps(object))
        self.db.execute("INSERT INTO objects (id, kind, created, body) VALUES (?, ?, ?, ?)", row)

    def save(self, object: Json) -> None:
        self.db.execute("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(object), object["id"]))

    def find(self, kind: str, id: str) -> Json | None:
        row = self.db.execute("SELECT body FROM objects WHERE id = ? AND kind = ?", (id, kind)).fetchone()
        return None if row is None else json.loads(row["body"])

    def any(self, id: str) -> Json | None:
        row = self.db.execute("SELECT body FROM objects WHERE id = ?", (id,)).fetchone()
        return None if row is None else json.loads(row["body"])

    def select(self, kind: str, where: list[tuple[str, list[Any]]], *, newest_first: bool, limit: int) -> list[Json]:
        """Objects of ``kind`` that meet every SQL condition, by creation."""
        conditions = ["kind = ?", *(sql for sql, _ in where)]
        values: list[Any] = [kind]
        for _, given in where:
            values.extend(given)
        order = "DESC" if newest_first else "ASC"
        # Conditions are written in this package; only values come from callers.
        sql = f"SELECT body FROM objects WHERE {' AND '.join(conditions)} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        return [json.loads(row["body"]) for row in self.db.execute(sql, [*values, limit])]

    def related(self, kind: str, field: str, value: str) -> list[Json]:
        """All objects of ``kind`` whose top-level ``field`` equals ``value``, oldest first."""
        return self.select(kind, [(f"json_extract(body, '$.{field}') = ?", [value])], newest_first=False, limit=10_000)

    def seq_of(self, id: str) -> int | None:
        row = self.db.execute("SELECT seq FROM objects WHERE id = ?", (id,)).fetchone()
        return None if row is None else int(row["seq"])

    def reply(self, key: str) -> sqlite3.Row | None:
        self.db.execute("DELETE FROM replies WHERE at < ?", (time.time() - 24 * 3600,))
        row: sqlite3.Row | None = self.db.execute("SELECT * FROM replies WHERE key = ?", (key,)).fetchone()
        return row

    def keep_reply(self, key: str, fingerprint: str, status: int, body: str) -> None:
        row = (key, fingerprint, status, body, time.time())
        self.db.execute("INSERT INTO replies (key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?)", row)

    def start_timer(self, seconds: float, action: str, object: str) -> None:
        row = (time.time() + seconds, action, object)
        self.db.execute("INSERT INTO timers (due_at, action, object) VALUES (?, ?, ?)", row)

    def due_timers(self) -> list[sqlite3.Row]:
        return self.db.execute("SELECT * FROM timers WHERE due_at <= ? ORDER BY due_at", (time.time(),)).fetchall()

    def end_timer(self, id: int) -> None:
        self.db.execute("DELETE FROM timers WHERE id = ?", (id,))

    def fact(self, name: str) -> str | None:
        row = self.db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def set_fact(self, name: str, value: str) -> None:
        self.db.execute(
            "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )
