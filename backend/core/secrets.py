"""Secrets come from the environment. In development and the demo they are made once and kept in `$YIKE_HOME/secrets.json`, 0600.

Where others are served a missing or weak one ends the process before it starts (`backend.secret_rules`).
"""

import base64
import fcntl
import json
import os
from functools import cache

from backend.env import env
from backend.secret_rules import decoded

NAMES = ("secret_key", "token_key", "vault_key", "audit_key", "blind_key")


@cache
def _kept() -> dict[str, str]:
    env.home_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = env.home_path / "secrets.json"
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        kept: dict[str, str] = json.loads(text) if text else {}
        fresh = {n: base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=") for n in NAMES if n not in kept}
        if fresh:
            kept |= fresh
            file.seek(0)
            file.truncate()
            file.write(json.dumps(kept, indent=1))
            file.flush()
            os.fsync(file.fileno())
    return kept


def secret(name: str) -> bytes:
    """32 bytes for `token_key`, `audit_key`, `blind_key`; any length for `secret_key`."""
    given = {
        "secret_key": env.secret_key,
        "token_key": env.token_key,
        "audit_key": env.audit_key,
        "blind_key": env.blind_key.rpartition(":")[2],
    }.get(name, "")
    if given:
        return given.encode() if name == "secret_key" else decoded(given)
    return decoded(_kept()[name])


def vault_keys() -> dict[str, bytes]:
    """Key id → 32 bytes; the first seals, all open."""
    if not env.vault_keys:
        return {"k1": secret("vault_key")}
    pairs = (part.split(":", 1) for part in env.vault_keys.split(","))
    return {key_id.strip(): decoded(value) for key_id, value in pairs}


def blind_key() -> tuple[str, bytes]:
    """The suite whose keyed hash makes blind indexes, and its key. The suite belongs to the key: another one finds nothing."""
    return ("gm" if env.blind_key.startswith("sm3:") else "intl"), secret("blind_key")
