"""The ways out. A provider is handed letters and answers, for each, that it took it, that it never will, or not this time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True)
class Letter:
    """What a way out gets to send. `text` is rendered for the recipient; for pushes it is empty (no personal data in pushes).

    `delivery_id` is the same however often it is sent: the key by which providers and apps know a repeat. `avoid` names a provider
    that took it before and could not deliver it.
    """

    delivery_id: UUID
    notice_id: UUID | None
    person_id: UUID | None
    to: str
    text: str
    topic: str
    about: str
    is_emergency: bool
    params: Mapping[str, Any] = field(default_factory=dict)
    avoid: str = ""
    language: str = "zh-CN"

    def pointer(self) -> dict[str, str]:
        """What a push carries: ids and codes, by which the app fetches the notice."""
        return {
            "delivery_id": str(self.delivery_id),
            "notice_id": str(self.notice_id or self.delivery_id),
            "topic": self.topic,
            "about": self.about,
            "urgency": "emergency" if self.is_emergency else "normal",
        }


@dataclass(frozen=True)
class Taken:
    """The provider accepted it; `provider_id` is its name for the message."""

    provider_id: str


class NotSent(Exception):
    """It will never go out this way. `reason` is kept with the delivery; `retires`: nothing more is to be sent to this address;
    `is_ours`: the provider cannot, but another of the same channel might."""

    def __init__(self, reason: str, *, retires: bool = False, is_ours: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.retires, self.is_ours = reason, retires, is_ours


class NotNow(Exception):
    """The provider did not take it this time. `retry_after` in seconds, when the provider said so.

    `is_outage`: the provider as a whole fails, not this letter. `is_certain`: it surely did not go out, as after a time-out it may
    have.
    """

    def __init__(
        self, reason: str, *, retry_after: float | None = None, is_outage: bool = False, is_certain: bool = True
    ) -> None:
        super().__init__(reason)
        self.code, self.retry_after, self.is_outage, self.is_certain = reason, retry_after, is_outage, is_certain


Outcome = Taken | NotSent | NotNow


class Provider(Protocol):
    """One provider of one channel."""

    @property
    def name(self) -> str:
        """Short and stable: it stands with the deliveries and in the operators' views."""
        ...

    def circuit(self, letter: Letter) -> str:
        """What breaks as one: the provider, or the host behind it."""
        ...

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """Hand over the letters, outside any transaction; one outcome each, in their order."""
        ...


class OneByOne:
    """A provider that takes a letter a call: `send_one` returns the provider's id or raises NotSent, NotNow.

    `at_once` calls are under way at the same time when there are many letters; `send_one` may then touch no row.
    """

    name = ""
    at_once = 1

    def circuit(self, letter: Letter) -> str:
        return self.name

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        if self.at_once == 1 or len(letters) == 1:
            return [self._outcome(letter) for letter in letters]
        with ThreadPoolExecutor(min(self.at_once, len(letters))) as pool:
            return list(pool.map(self._outcome, letters))

    def _outcome(self, letter: Letter) -> Outcome:
        try:
            return Taken(self.send_one(letter))
        except (NotSent, NotNow) as refused:
            return refused
        except Exception as failed:  # one letter's fault is not the others'
            return NotNow(type(failed).__name__, is_certain=False)

    def send_one(self, letter: Letter) -> str:
        raise NotImplementedError


NO_PROVIDER = "not sent: no provider configured"
LEFT_ALONE = "left-alone"  # the code of NotNow while a circuit is open
