"""The demo's provider: writes what would have gone out into the outbox, reaches nobody."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.core.verb import verb
from notifications import outbox
from notifications.channels import Letter, OneByOne


@dataclass(frozen=True)
class Sandbox:
    """Who acts: the demo's provider."""

    kind: str = "system"
    person_id: UUID | None = None
    acting_for: UUID | None = None
    doer_id: UUID | None = None


class Outbox(OneByOne):
    name = "outbox"

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def send_one(self, letter: Letter) -> str:
        return f"outbox:{_write(Sandbox(), channel=self.channel, letter=letter).id}"


@verb("delivery.outbox", audited=False)
def _write(actor: Sandbox, *, channel: str, letter: Letter) -> outbox.OutboxMessage:
    return outbox.write(channel, letter.to, letter.text, person_id=letter.person_id)
