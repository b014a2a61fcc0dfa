"""Bad days on demand: what a test can ask the sandbox to do wrong. Kept in memory; a restart heals everything."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.stripe.errors import Json, StripeError


@dataclass
class Faults:
    """
    duplicate        extra copies of each webhook
    reorder          webhooks that are due together go newest first
    delay_ms         wait before each webhook
    drop_next        so many webhooks are never sent (``events?delivery_success=false`` still lists them)
    pause            no webhook leaves until this is 0 again
    fail_next_500    so many POSTs are answered 500 and not executed
    fail_next_429    so many requests are answered 429
    lose_reply_next  so many POSTs are executed, and the connection is cut before the answer
    api_delay_ms     wait before each API answer
    """

    duplicate: int = 0
    reorder: int = 0
    delay_ms: int = 0
    drop_next: int = 0
    pause: int = 0
    fail_next_500: int = 0
    fail_next_429: int = 0
    lose_reply_next: int = 0
    api_delay_ms: int = 0

    def take(self, name: str) -> bool:
        """Use up one of a counted fault."""
        left: int = getattr(self, name)
        if left <= 0:
            return False
        setattr(self, name, left - 1)
        return True

    def set(self, given: dict[str, Any]) -> Json:
        """Change the named faults; ``reset`` first clears all. Returns what holds now."""
        known = {field.name for field in fields(self)}
        unknown = sorted(set(given) - known - {"reset"})
        if unknown:
            raise StripeError(400, f"Unknown fault: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")
        values: dict[str, int] = {}
        for name in known & set(given):
            text = {"true": "1", "false": "0"}.get(str(given[name]).lower(), str(given[name]))
            if not text.isdigit():
                raise StripeError(400, f"{name} is a whole number or a boolean.")
            values[name] = int(text)
        if given.get("reset"):
            values = {**dict.fromkeys(known, 0), **values}
        for name, value in values.items():
            setattr(self, name, value)
        return asdict(self)
