"""Trying one operation as every role: the status, and whatever strangers' words came out, wherever they came out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection, transaction
from django.test import Client

from backend.core.errors import Refusal
from tests.cast import Cast
from tests.permissions.call import Call
from tests.permissions.hearing import strangers_words
from tests.permissions.outgoing import going_out
from tests.permissions.world import World
from tests.whole_cast import ROLES

BASE = "/api/v1"
CLIENT = Client()


@dataclass
class Answer:
    """`heard`: (kind, owner) of the canaries in this answer that this role has no right to, and of those that went out."""

    status: int
    heard: list[tuple[str, str]]


class Lines(logging.Handler):
    """Everything that is logged while it is listened to."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.__dict__} {record.exc_text or ''}")

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


def send(world: World, role: str, method: str, path: str, call: Call) -> Any:
    """The request of this role through the whole stack."""
    options = dict(call.options)
    if call.body is not None:
        options |= {"data": call.body, "content_type": options.get("content_type", "application/json")}
    headers = world.headers(role) | call.headers
    CLIENT.cookies.clear()
    return getattr(CLIENT, method.lower())(BASE + call.fill(path), headers=headers, **options)


def body_of(answer: Any) -> bytes:
    """The whole answer: headers, then content."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return head.encode() + b"\n" + content


def tried(
    world: World,
    operation: str,
    make: Callable[[Cast], Call] | None,
    *,
    database_role: str = "yike_app",
    roles: Sequence[str] = ROLES,
) -> dict[str, Answer]:
    """Every role's answer on the same state, each rolled back, in this database role."""
    call = make(world) if make else Call()
    method, path = operation.split(" ", 1)
    answers: dict[str, Answer] = {}
    for role in roles:
        trial = transaction.atomic()
        trial._from_testcase = True  # type: ignore[attr-defined]  # durable verbs may run inside
        with trial, Lines() as logged:
            _set_role(database_role)
            with suppress(Refusal):
                answer = send(world, role, method, path, call)
            whole = body_of(answer)
            said = "\n".join(logged.lines).encode()
            _set_role("NONE")
            sent = going_out(world) if method != "GET" and answer.status_code < 400 else []
            transaction.set_rollback(True)
        _set_role("NONE")
        leaks = strangers_words(world, role, whole, operation) + strangers_words(world, "", said) + sent
        answers[role] = Answer(answer.status_code, leaks)
    return answers


@contextmanager
def as_role(name: str) -> Iterator[None]:
    """Run in this database role; what happened is rolled back in a test that runs in a transaction."""
    _set_role(name)
    try:
        yield
    finally:
        _set_role("NONE")


def _set_role(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {name}")
