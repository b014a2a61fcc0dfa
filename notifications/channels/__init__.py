"""The ways out. Each `send(letter)` returns the provider's id once the provider accepted, or raises NotSent or NotNow."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Letter:
    """What a way out gets to send. `text` is rendered for the recipient; pushes do not carry it (no personal data in pushes)."""

    delivery_id: UUID
    notice_id: UUID | None
    person_id: UUID | None
    to: str
    text: str
    topic: str
    about: str
    is_emergency: bool


class NotSent(Exception):
    """It will never go out this way. `reason` is kept with the delivery; `retires`: nothing more is to be sent to this address."""

    def __init__(self, reason: str, *, retires: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.retires = reason, retires


class NotNow(Exception):
    """The provider did not take it this time. `retry_after` in seconds, when the provider said so."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.code, self.retry_after = reason, retry_after


NO_PROVIDER = "not sent: no provider configured"
