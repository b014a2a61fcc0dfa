"""The signed roots outside the database: a file in `$YIKE_HOME`, and where asked a syslog and a URL.

Each place hears every seal in order; one that does not answer is told again with the next seal. `YIKE_AUDIT_SYSLOG` is
`host:port` (UDP) or the path of a socket; `YIKE_AUDIT_URL` is posted one JSON object a seal and must answer 2xx.
"""

from __future__ import annotations

import json
import os
import socket
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import structlog

from backend.core.audit import AuditExport, AuditSeal
from backend.env import env

log = structlog.get_logger(__name__)
TAIL = 65_536
AT_ONCE = 500
SECONDS = 5.0
# Facility 13 (log audit), severity 5 (notice).
PRIORITY = 13 * 8 + 5


class WrongLine(ValueError):
    """A line of the export is not one of ours."""


@dataclass(frozen=True)
class ExportedSeal:
    """A seal as it left the database; the byte fields in hex on its line."""

    number: int
    epoch: int
    first_xact: int
    end_xact: int
    count: int
    root: bytes
    previous: bytes
    signature: bytes

    @classmethod
    def of(cls, seal: AuditSeal) -> ExportedSeal:
        values = {field.name: getattr(seal, field.name) for field in fields(cls)}
        whole: dict[str, Any] = {name: v if isinstance(v, int) else bytes(v) for name, v in values.items()}
        return cls(**whole)

    def line(self) -> str:
        return json.dumps({k: v.hex() if isinstance(v, bytes) else v for k, v in asdict(self).items()})

    @classmethod
    def read(cls, line: str) -> ExportedSeal:
        """Raises WrongLine."""
        try:
            given = json.loads(line)
            names = [field.name for field in fields(cls)]
            kept: dict[str, Any] = {k: bytes.fromhex(given[k]) if k in BYTES else int(given[k]) for k in names}
        except (ValueError, TypeError, KeyError):
            raise WrongLine from None
        return cls(**kept)


BYTES = frozenset({"root", "previous", "signature"})


def file() -> Path:
    """Where this machine keeps its copy."""
    return env.home_path / "seals.log"


def read(path: Path) -> Iterator[ExportedSeal]:
    """The seals of an export, a line at a time; lines from before seals left whole (`number count root …`) are passed over.

    Raises WrongLine.
    """
    with path.open() as lines:
        for line in lines:
            if line.strip() and len(line.split()) != 4:
                yield ExportedSeal.read(line)


def send_new() -> None:
    """Tell every place the seals that it has not heard."""
    _to_file()
    if env.audit_syslog:
        _send(f"syslog:{env.audit_syslog}", _to_syslog)
    if env.audit_url:
        _send(f"url:{env.audit_url}"[:200], _to_url)


def _after(number: int) -> Iterable[ExportedSeal]:
    found = AuditSeal.objects.defer("leaves").filter(number__gt=number).order_by("number")
    return map(ExportedSeal.of, found.iterator(chunk_size=AT_ONCE))


def _to_file() -> None:
    env.home_path.mkdir(parents=True, exist_ok=True)
    newest = AuditSeal.objects.defer("leaves").order_by("-number").first()
    if newest is None:
        return
    with open(os.open(file(), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as kept:
        size = kept.seek(0, os.SEEK_END)
        kept.seek(max(0, size - TAIL))
        try:
            last = ExportedSeal.read(kept.read().decode().strip().rpartition("\n")[2]).number
        except WrongLine:
            last = 0
        kept.seek(0, os.SEEK_END)
        kept.writelines(seal.line().encode() + b"\n" for seal in _after(min(last, newest.number - 1)))
        kept.flush()
        os.fsync(kept.fileno())


def _send(target: str, send: Callable[[ExportedSeal], None]) -> None:
    mark, _ = AuditExport.objects.get_or_create(target=target, defaults={"number": 0})
    for number, seal in enumerate(_after(mark.number)):
        if number == AT_ONCE:
            return
        try:
            send(seal)
        except OSError as fault:
            log.warning("audit.not_exported", target=target.partition(":")[0], error=type(fault).__name__)
            return
        AuditExport.objects.filter(target=target).update(number=seal.number)


def _to_syslog(seal: ExportedSeal) -> None:
    message = f"<{PRIORITY}>1 - {socket.gethostname()} yike - audit-seal - {seal.line()}".encode()
    host, colon, port = env.audit_syslog.rpartition(":")
    if env.audit_syslog.startswith("/") or not colon:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.settimeout(SECONDS)
            door.sendto(message, env.audit_syslog)
        return
    family, kind, protocol, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as door:
        door.settimeout(SECONDS)
        door.sendto(message, address)


def _to_url(seal: ExportedSeal) -> None:
    request = urllib.request.Request(  # noqa: S310 - the operator's own address, http(s) by the environment's rules
        env.audit_url, data=seal.line().encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
        pass
