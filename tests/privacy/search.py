"""A byte search for what must be gone: in a dump of the database, in files, in what was logged."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from backend import embedded_files


def dump(to: Path) -> bytes:
    """What `pg_dump` writes of the test database, every row that the service's system role sees."""
    settings = connection.settings_dict
    tool = embedded_files.binaries(embedded_files.account()) / "pg_dump"
    subprocess.run(
        [tool, "--enable-row-security", "--file", to, "--dbname", settings["NAME"]],
        check=True,
        env={
            "PGHOST": settings["HOST"],
            "PGPORT": str(settings["PORT"]),
            "PGUSER": settings["USER"],
            "PGPASSWORD": settings["PASSWORD"],
            "PATH": os.environ["PATH"],
        },
    )
    return to.read_bytes()


def spellings(phone: str) -> list[str]:
    """Ways in which a Chinese mobile number is written."""
    local = phone.removeprefix("+86")
    grouped = (local[:3], local[3:7], local[7:])
    return [phone, local, f"86{local}", " ".join(grouped), "-".join(grouped), f"+86 {' '.join(grouped)}"]


def encodings(text: str) -> Iterator[bytes]:
    """The text in the encodings in which it could lie about; `pg_dump` writes bytes as hexadecimal digits."""
    plain = [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("gb18030")]
    yield from plain
    for raw in plain:
        yield raw.hex().encode()
        for shift in range(3):
            coded = base64.b64encode(b"\x00" * shift + raw).rstrip(b"=")
            yield coded[4 if shift else 0 : -1]  # the ends mix with the neighbours
    if not text.isascii():
        yield json.dumps(text).strip('"').encode()


def found(needles: list[str], content: bytes) -> list[str]:
    """Which of the needles stand in these bytes."""
    return [needle for needle in needles if any(way in content for way in encodings(needle))]


def found_in_files(needles: list[str], folder: Path) -> list[str]:
    """`needle in file` for each needle that stands in a file or in a file's name."""
    hits = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        hits += [f"{needle} in {path.name}" for needle in found(needles, str(path).encode() + b"\n" + content)]
    return hits
