"""Where others are served, no process starts with a missing or weak secret; the message names variables, never values."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from backend.secret_rules import faults
from tests.setup.test_environment import backend

WEAK = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
NAMES = ("YIKE_SECRET_KEY", "YIKE_TOKEN_KEY", "YIKE_AUDIT_KEY", "YIKE_BLIND_KEY", "YIKE_VAULT_KEYS")


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def good() -> dict[str, str]:
    return {name: key() for name in NAMES} | {"YIKE_VAULT_KEYS": f"k2:{key()},k1:{key()}"}


def found(**given: str) -> list[str]:
    return list(faults(good() | given, is_production=True))


def test_good_secrets_pass() -> None:
    assert found() == []
    assert found(YIKE_BLIND_KEY="sm3:" + key()) == []
    assert found(YIKE_TOKEN_KEY="", YIKE_TOKEN_KEYS=f"t1:{key()}") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_secret_is_named(name: str) -> None:
    (fault,) = found(**{name: ""})
    assert fault.startswith(f"{name} is missing")
    assert list(faults(good() | {name: ""}, is_production=False)) == []


@pytest.mark.parametrize("name", ["YIKE_TOKEN_KEY", "YIKE_AUDIT_KEY", "YIKE_BLIND_KEY"])
@pytest.mark.parametrize(
    "value", [WEAK, "short", "not base64url!", key() + "AAAA"], ids=["weak", "short", "junk", "long"]
)
def test_a_weak_or_broken_key_is_named_and_not_shown(name: str, value: str) -> None:
    (fault,) = found(**{name: value})
    assert name in fault
    assert value not in fault


@pytest.mark.parametrize(
    "value",
    [f"k1:{WEAK}", key(), f"k1:{key()},k1:{key()}", f":{key()}", "k1:", f"a-name-that-is-long:{key()}"],
    ids=["weak", "no name", "twice", "empty name", "no key", "long name"],
)
def test_a_wrong_ring_of_keys_is_named(value: str) -> None:
    assert all("YIKE_VAULT_KEYS" in fault for fault in found(YIKE_VAULT_KEYS=value))
    assert found(YIKE_VAULT_KEYS=value)


@pytest.mark.parametrize("value", ["secret", "x" * 64, "changeme" * 8])
def test_a_weak_phrase_is_named(value: str) -> None:
    (fault,) = found(YIKE_SECRET_KEY=value)
    assert fault.startswith("YIKE_SECRET_KEY is weak")


def test_one_secret_under_two_names_is_refused() -> None:
    same = key()
    (fault,) = found(YIKE_TOKEN_KEY=same, YIKE_AUDIT_KEY=same)
    assert "must not be the same" in fault
    assert same not in fault


@pytest.mark.parametrize("place", [{"PUBLIC_URL": "https://yike.example"}, {"HOST": "0.0.0.0"}])
def test_no_process_starts_in_production_without_its_secrets(tmp_path: Path, place: dict[str, str]) -> None:
    shown = backend("web", YIKE_HOME=str(tmp_path), PORT="0", YIKE_AUDIT_KEY=WEAK, **place)
    assert shown.returncode != 0
    for name in NAMES:
        assert name in shown.stderr
    assert WEAK not in shown.stderr + shown.stdout
    assert "Traceback" not in shown.stderr
    assert not (tmp_path / "secrets.json").exists()


def test_addresses_that_are_none_are_named(tmp_path: Path) -> None:
    shown = backend(
        "web", YIKE_HOME=str(tmp_path), PORT="0", YIKE_AUDIT_URL="file:///etc/passwd", SECURITY_CONTACT="me"
    )
    assert shown.returncode != 0
    assert "YIKE_AUDIT_URL" in shown.stderr
    assert "SECURITY_CONTACT" in shown.stderr


def test_on_this_machine_alone_they_are_made_once_for_its_owner_only(tmp_path: Path) -> None:
    script = "from backend.core import secrets; secrets.secret('audit_key')"
    from subprocess import run
    from sys import executable

    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "YIKE_"))}
    made = run([executable, "-c", script], env=clean | {"YIKE_HOME": str(tmp_path)}, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    file = tmp_path / "secrets.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(set(json.loads(file.read_text()).values())) == 5
