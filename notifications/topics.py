"""Topics: how pressing a kind of notice is, how long it matters, and by which ladder it climbs to the person.

Rooms register theirs beside their templates. A topic nobody registered is `normal`. The urgency `emergency` of a notice passes all
of this: every way at once, whatever its topic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

PUSH, SMS, VOICE, EMAIL = "push", "sms", "voice", "email"


class Severity(StrEnum):
    """`important`: must be seen, by SMS if need be. `normal`: a push. `info`: the inbox, with one reminder a day."""

    IMPORTANT = "important"
    NORMAL = "normal"
    INFO = "info"


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: go these ways; without a sign that the person saw it, the next rung follows after `wait`."""

    ways: tuple[str, ...]
    wait: timedelta = timedelta()


LADDERS: dict[Severity, tuple[Rung, ...]] = {
    Severity.IMPORTANT: (Rung((PUSH,), timedelta(minutes=30)), Rung((SMS,))),
    Severity.NORMAL: (Rung((PUSH,)),),
    Severity.INFO: (),
}


@dataclass(frozen=True)
class Topic:
    """`expires`: what has not gone out by then does not go out at all. `collapses`: a newer one about the same thing replaces an
    older one that still waits."""

    severity: Severity = Severity.NORMAL
    expires: timedelta | None = None
    collapses: bool = False
    ladder: tuple[Rung, ...] | None = None

    @property
    def rungs(self) -> tuple[Rung, ...]:
        return LADDERS[self.severity] if self.ladder is None else self.ladder


_topics: dict[str, Topic] = {}
_DEFAULT = Topic()


def register_topics(topics: Mapping[str, Topic]) -> None:
    """Register `{topic: Topic}` (from AppConfig.ready). Repeatable."""
    _topics.update(topics)


def of(name: str) -> Topic:
    """What is known of a topic; an ordinary one when nobody registered it."""
    return _topics.get(name, _DEFAULT)


def registered() -> dict[str, Topic]:
    return dict(_topics)
