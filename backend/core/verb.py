"""Verbs: the only way to change anything. One verb is one durable transaction.

A verb is `(actor, *, keywords) -> result`. Inside its transaction, in this order: the idempotency row (when the edge offered a
key), the work, the audit rows, the events (streams in sorted order, so that two verbs cannot deadlock), the stored reply. Hints
go out after the commit. What is called here (`record`, `emit`, `handoff`, `after_commit`, `hint`) works only inside a verb.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from backend.core import audit, hints
from backend.core import handoff as handoffs
from backend.core.idempotency import Offer, offered


class Doer(Protocol):
    """What the kernel must know of who acts."""

    @property
    def kind(self) -> str: ...
    @property
    def person_id(self) -> UUID | None: ...
    @property
    def acting_for(self) -> UUID | None: ...
    @property
    def doer_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class StreamedEvent:
    """One event for one channel; `about` is an API path, `data` is small and holds nothing the readers may not see."""

    channel: str
    event: str
    about: str
    data: dict[str, Any]


@dataclass
class Deed:
    """What a running verb has gathered so far."""

    name: str
    actor: Doer
    events: list[StreamedEvent] = field(default_factory=list)
    recorded: list[tuple[str, models.Model | None, dict[str, Any]]] = field(default_factory=list)
    hints: set[str] = field(default_factory=set)
    afterwards: list[Callable[[], object]] = field(default_factory=list)


class NotInAVerb(RuntimeError):
    """This works only inside a verb."""


class VerbInsideVerb(RuntimeError):
    """A verb was called inside a verb: hand over with `handoff` instead."""


_deed: ContextVar[Deed | None] = ContextVar("deed", default=None)
_append_events: Callable[[list[StreamedEvent]], list[str]] | None = None

A = TypeVar("A", bound=Doer)
P = ParamSpec("P")
R = TypeVar("R")


def on_events(append: Callable[[list[StreamedEvent]], list[str]]) -> None:
    """Register who appends events to streams; it returns the channels written (called once, from an AppConfig)."""
    global _append_events
    _append_events = append


def current() -> Deed:
    """The running verb's deed; raises NotInAVerb."""
    deed = _deed.get()
    if deed is None:
        raise NotInAVerb
    return deed


def in_a_verb() -> bool:
    return _deed.get() is not None


def record(event: str, *, about: models.Model | None, **data: Any) -> None:
    """Write an audit row with this verb: ids and codes only, never personal data."""
    current().recorded.append((event, about, data))


def emit(channel: str, event: str, *, about: str, data: dict[str, Any] | None = None) -> None:
    """Append an event to a stream when the verb ends."""
    current().events.append(StreamedEvent(channel, event, about, data or {}))


def after_commit(call: Callable[[], object]) -> None:
    """Run `call` once the verb has committed (not if it failed)."""
    current().afterwards.append(call)


def hint(topic: str) -> None:
    """Wake whoever listens to `topic` right after the commit, e.g. `due:courier`. Rows decide; a lost hint costs only time."""
    current().hints.add(topic)


def handoff(kind: str, *, key: str, data: dict[str, Any]) -> None:
    """What must follow in another room: a row of this transaction, run by the worker exactly under `key`."""
    current().hints.add("due:handoff")
    handoffs.write(kind, key=key, data=data)


def verb(
    name: str, *, audited: bool = True
) -> Callable[[Callable[Concatenate[A, P], R]], Callable[Concatenate[A, P], R]]:
    """Make a function a verb; `name` is what the audit says when the verb records nothing itself."""

    def decorate(work: Callable[Concatenate[A, P], R]) -> Callable[Concatenate[A, P], R]:
        @wraps(work)
        def run(actor: A, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if _deed.get() is not None:
                raise VerbInsideVerb(f"{name} called inside {current().name}")
            deed = Deed(name, actor)
            offer = offered.get()
            mark = _deed.set(deed)
            try:
                with transaction.atomic(durable=True):
                    result = _run(deed, offer, lambda: work(actor, *args, **kwargs), audited)
            finally:
                _deed.reset(mark)
            hints.send(deed.hints)
            for call in deed.afterwards:
                call()
            return result

        run.verb_name = name  # type: ignore[attr-defined]
        return run

    return decorate


def mark_transaction(reason: str = "on") -> None:
    """Tell the row-level walls that a verb runs: its own access checks decide (see `backend.core.walls`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yike.verb', %s, true)", [reason])


def _run(deed: Deed, offer: Offer | None, work: Callable[[], R], audited: bool) -> R:
    mark_transaction()
    if offer is not None:
        offer.take(deed.actor)
    result = work()
    if audited and not deed.recorded:
        deed.recorded.append((deed.name, result if isinstance(result, models.Model) else None, {}))
    audit.write(deed.actor, deed.recorded)
    if deed.events:
        if _append_events is None:
            raise RuntimeError("nobody appends events: notifications is not installed")
        deed.hints.update(f"stream:{channel}" for channel in _append_events(deed.events))
    if offer is not None:
        offer.keep(deed.actor, result)
    mark_transaction("")
    return result
