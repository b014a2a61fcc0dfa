"""Write the list of dependencies (CycloneDX 1.6 JSON, docs/sbom.cdx.json) from the hashed lock; `--check` compares.

Made of requirements.lock alone, so that the same lock gives the same list: names, versions, the hashes that installing insists
on, and who needs whom. It names no package index and no place of a machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

PROCESS = "none"
ROOT = Path(__file__).resolve().parents[2]
LOCK, LIST = ROOT / "requirements.lock", ROOT / "docs" / "sbom.cdx.json"
SERIES = UUID("6f0c3a52-8c8e-5f0b-9a35-3f3c7d1d9a10")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")


@dataclass
class Pin:
    """One package of the lock. `via`: who needs it; `marker`: where it is installed at all."""

    name: str
    version: str
    marker: str
    hashes: list[str] = field(default_factory=list)
    via: list[str] = field(default_factory=list)

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when the list does not fit the lock"
    )


def run(args: argparse.Namespace) -> int:
    fresh = text()
    if args.check:
        if LIST.is_file() and LIST.read_text(encoding="utf-8") == fresh:
            return 0
        print(f"{LIST.relative_to(ROOT)} does not fit requirements.lock: make sbom", file=sys.stderr)
        return 1
    LIST.write_text(fresh, encoding="utf-8")
    print(f"{LIST.relative_to(ROOT)}: {len(read(LOCK.read_text(encoding='utf-8')))} packages")
    return 0


def text() -> str:
    """The list as it should be for the lock of this tree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made = bill(LOCK.read_text(encoding="utf-8"), project)
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def read(lock: str) -> list[Pin]:
    """The pins of a lock as uv writes it."""
    pins: list[Pin] = []
    in_via = False
    for line in lock.splitlines():
        if found := PIN.match(line):
            pins.append(Pin(found[1].lower(), found[2], (found[3] or "").strip()))
            in_via = False
        elif found := re.match(r"^\s+--hash=sha256:([0-9a-f]{64})", line):
            pins[-1].hashes.append(found[1])
        elif found := re.match(r"^\s+# via(?:\s+(.+))?$", line):
            in_via = True
            pins[-1].via += [found[1].strip()] if found[1] else []
        elif in_via and (found := re.match(r"^\s+#\s+(.+)$", line)):
            pins[-1].via.append(found[1].strip())
    return pins


def bill(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The CycloneDX document of a lock and the project's own table of pyproject.toml."""
    pins = read(lock)
    refs = {pin.name: pin.purl for pin in pins}
    own = f"{project['name']}@{project['version']}"
    needs: dict[str, set[str]] = {ref: set() for ref in (own, *(pin.purl for pin in pins))}
    for pin in pins:
        for parent in pin.via:
            name = re.split(r"[\[ (]", parent)[0].lower()
            needs[refs.get(name, own)].add(pin.purl)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(SERIES, hashlib.sha256(lock.encode()).hexdigest())}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [_component(pin) for pin in pins],
        "dependencies": [{"ref": ref, "dependsOn": sorted(below)} for ref, below in needs.items()],
    }


def _component(pin: Pin) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in pin.hashes],
    }
    return shown | ({"properties": [{"name": "python:marker", "value": pin.marker}]} if pin.marker else {})
