"""Which secrets are missing or weak, by the names of their variables; their values are never shown.

In development and the demo missing ones are made (`core.secrets`); where people are served they must come from the environment.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

KEY_BYTES = 32
LEAST_LETTERS, LEAST_DISTINCT = 32, 12
SUITES = ("intl", "sm3")


def decoded(text: str) -> bytes:
    """The bytes of a key in base64url, padded or not. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None


def faults(given: Mapping[str, str], *, is_production: bool) -> Iterator[str]:
    """What is wrong with the secrets `{variable: value}`; an empty value is one that was not given."""
    yield from _phrase("YIKE_SECRET_KEY", given["YIKE_SECRET_KEY"], is_production)
    keys = {name: given[name] for name in ("YIKE_TOKEN_KEY", "YIKE_AUDIT_KEY")}
    if given.get("YIKE_TOKEN_KEYS"):
        keys.pop("YIKE_TOKEN_KEY")
        yield from _ring("YIKE_TOKEN_KEYS", given["YIKE_TOKEN_KEYS"])
    suite, colon, blind = given["YIKE_BLIND_KEY"].partition(":")
    if colon and suite not in SUITES:
        yield f"YIKE_BLIND_KEY may begin with {' or '.join(SUITES)} and a colon"
    keys["YIKE_BLIND_KEY"] = blind if colon else suite
    for name, value in keys.items():
        if value:
            yield from _key(name, value)
        elif is_production:
            yield f"{name} is missing: 32 random bytes in base64url"
    if given["YIKE_VAULT_KEYS"]:
        yield from _ring("YIKE_VAULT_KEYS", given["YIKE_VAULT_KEYS"])
    elif is_production:
        yield "YIKE_VAULT_KEYS is missing: id:key[,id:key], each key 32 random bytes in base64url"
    if is_production:
        yield from _shared(given)


def _phrase(name: str, value: str, is_production: bool) -> Iterator[str]:
    if not value:
        if is_production:
            yield f"{name} is missing: {LEAST_LETTERS} or more random characters"
    elif len(value) < LEAST_LETTERS or len(set(value)) < LEAST_DISTINCT:
        yield f"{name} is weak: {LEAST_LETTERS} or more random characters"


def _ring(name: str, text: str) -> Iterator[str]:
    """Keys with ids: `id:key,id:key`."""
    seen: set[str] = set()
    for number, part in enumerate(text.split(","), 1):
        key_id, colon, value = (word.strip() for word in part.partition(":"))
        if not colon or not key_id or len(key_id) > 16 or key_id in seen:
            yield f"{name}: entry {number} is not id:key with an id of its own of at most 16 characters"
            continue
        seen.add(key_id)
        yield from _key(f"{name} (entry {number})", value)


def _key(name: str, value: str) -> Iterator[str]:
    try:
        key = decoded(value)
    except ValueError:
        yield f"{name} is not base64url"
        return
    if len(key) != KEY_BYTES:
        yield f"{name} has {len(key)} bytes instead of {KEY_BYTES}"
    elif len(set(key)) < LEAST_DISTINCT:
        yield f"{name} is weak: 32 random bytes are needed"


def _shared(given: Mapping[str, str]) -> Iterator[str]:
    """One secret under two names would let one leak open both."""
    names: dict[str, str] = {}
    for name, value in given.items():
        for part in value.split(","):
            bare = part.rpartition(":")[2].strip()
            if bare and names.setdefault(bare, name) != name:
                yield f"{name} and {names[bare]} must not be the same"
