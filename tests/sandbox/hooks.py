"""What a webhook endpoint has received."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import stripe

SECRET = "whsec_tests"


@dataclass
class Hooks:
    """A webhook endpoint: ``received`` holds (raw body, signature) in order; ``answers`` are the next statuses."""

    url: str = ""
    received: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def events(self, about: str) -> list[stripe.Event]:
        """The verified events about one object id, in order of arrival."""
        found = [stripe.Webhook.construct_event(body, header, SECRET) for body, header in list(self.received)]
        return [event for event in found if about in (event.data.object["id"], _intent_of(event))]

    def wait(self, about: str, count: int, seconds: float = 5) -> list[stripe.Event]:
        """The first moment with ``count`` events about the object; fails after ``seconds``."""
        ends = time.monotonic() + seconds
        while len(found := self.events(about)) < count:
            assert time.monotonic() < ends, f"only {[event.type for event in found]} arrived"
            time.sleep(0.02)
        return found


def _intent_of(event: stripe.Event) -> str | None:
    return getattr(event.data.object, "payment_intent", None)
