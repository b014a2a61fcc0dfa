"""What was answered while everything was being killed: each answer is a promise that the rows must keep."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paid:
    """A payment that was answered. `outcome`: what its payer then did at the provider, `success` or `fail`."""

    payer: str
    payment: str
    outcome: str


@dataclass
class Promises:
    """Kept by many threads. Ids are those that the API answered with.

    `presses`: (device id's serial, event id) → (signal, incident). `frames`: (DC-09 account, sequence number). `payments`: key →
    Paid. `reports`: ticket → whether it means danger. `resolved`: incidents that were answered as resolved.
    """

    presses: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    frames: list[tuple[str, str]] = field(default_factory=list)
    payments: dict[str, Paid] = field(default_factory=dict)
    reports: dict[str, bool] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)
    repeats: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def press(self, serial: str, event: str, signal: str, incident: str) -> None:
        with self._lock:
            self.presses[serial, event] = (signal, incident)

    def frame(self, account: str, number: str) -> None:
        with self._lock:
            self.frames.append((account, number))

    def pay(self, key: str, paid: Paid) -> None:
        with self._lock:
            self.payments[key] = paid

    def report(self, ticket: str, *, is_dangerous: bool) -> None:
        with self._lock:
            self.reports[ticket] = is_dangerous

    def resolve(self, incident: str) -> None:
        with self._lock:
            self.resolved.add(incident)

    def repeat(self, journey: str) -> None:
        """Something had to be sent again."""
        with self._lock:
            self.repeats[journey] += 1

    def breaks(self, sentence: str) -> None:
        """An answer that no client should ever get."""
        with self._lock:
            self.broken.append(sentence)

    def summary(self) -> list[str]:
        """What was promised, a line a journey."""
        dangerous = sum(self.reports.values())
        paid = Counter(one.outcome for one in self.payments.values())
        return [
            f"{len(self.presses)} signed presses and {len(self.frames)} DC-09 calls acknowledged",
            f"{len(self.resolved)} incidents resolved",
            f"{len(self.payments)} payments begun: {paid['success']} confirmed, {paid['fail']} refused by the payer's bank",
            f"{len(self.reports)} reports taken, {dangerous} of them dangerous",
            f"sent again for want of an answer: {', '.join(f'{n} {name}' for name, n in sorted(self.repeats.items())) or 'none'}",
        ]
