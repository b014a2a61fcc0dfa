"""SMS. A transport takes a phone and a text; the demo's fills the outbox. No real provider is built in yet."""

from __future__ import annotations

from typing import Protocol

from backend.env import env
from notifications import outbox
from notifications.channels import NO_PROVIDER, Letter, NotSent


class SmsTransport(Protocol):
    """One SMS provider."""

    def send(self, letter: Letter) -> str:
        """Send; returns the provider's id of the message. Raises NotSent, NotNow."""
        ...


class OutboxTransport:
    """The demo's: writes the message into the outbox, reaches nobody."""

    def send(self, letter: Letter) -> str:
        row = outbox.write("sms", letter.to, letter.text, person_id=letter.person_id)
        return f"outbox:{row.id}"


_transport: SmsTransport | None = None


def use(transport: SmsTransport | None) -> None:
    """Make this the process's provider (a deployment's settings, or a test)."""
    global _transport
    _transport = transport


def send(letter: Letter) -> str:
    """Send by the configured provider. Raises NotSent when there is none."""
    transport = _transport or (OutboxTransport() if env.demo else None)
    if transport is None:
        raise NotSent(NO_PROVIDER)
    return transport.send(letter)
