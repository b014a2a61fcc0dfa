"""Verbs: one durable transaction, an audit row with every deed, events last, and answers that repeat."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from backend.core import idempotency
from backend.core.audit import AuditRow
from backend.core.handoff import Handoff
from backend.core.idempotency import IdempotencyKeyBusy, IdempotencyKeyReused, Offer, Replayed, offered
from backend.core.verb import NotInAVerb, VerbInsideVerb, emit, handoff, record, verb
from backend.people.actor import Actor
from backend.people.models import User
from notifications.streams import StreamEvent
from tests.cast import Cast


@verb("test.renamed")
def rename(actor: Actor, *, language: str) -> User:
    user = User.objects.get(id=actor.person_id)
    user.language = language
    user.save()
    return user


@verb("test.broken")
def break_after_work(actor: Actor) -> None:
    User.objects.filter(id=actor.person_id).update(language="en")
    record("test.broken", about=None)
    emit(f"person:{actor.person_id}", "test.event", about="/api/v1/me")
    handoff("test.never", key=f"never:{actor.person_id}", data={})
    raise ZeroDivisionError


@verb("test.outer")
def outer(actor: Actor) -> None:
    rename(actor, language="en")


def offer(key: str, body: str = "body") -> Offer:
    return Offer(key, hashlib.sha256(body.encode()).digest(), lambda user: (200, f'"{user.language}"'.encode()))


def offering(made: Offer, actor: Actor, **keywords: Any) -> Any:
    mark = offered.set(made)
    try:
        return rename(actor, **keywords)
    finally:
        offered.reset(mark)


def test_a_verb_leaves_an_audit_row_that_names_who_and_what(cast: Cast) -> None:
    rename(cast.wang.actor, language="en")
    row = AuditRow.objects.get(event="test.renamed")
    assert (row.actor_id, row.object_type, row.object_id) == (cast.wang.id, "people.user", cast.wang.id)


def test_a_verb_that_fails_leaves_nothing(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError):
        break_after_work(cast.wang.actor)
    cast.wang.user.refresh_from_db()
    assert cast.wang.user.language == "zh-CN"
    assert not AuditRow.objects.filter(event="test.broken").exists()
    assert not StreamEvent.objects.exists()
    assert not Handoff.objects.exists()


def test_a_verb_cannot_call_a_verb(cast: Cast) -> None:
    with pytest.raises(VerbInsideVerb):
        outer(cast.wang.actor)


def test_what_belongs_in_a_verb_is_refused_outside() -> None:
    with pytest.raises(NotInAVerb):
        emit("person:x", "test.event", about="/")


def test_the_same_key_and_body_give_the_stored_answer(cast: Cast) -> None:
    offering(offer("k1"), cast.wang.actor, language="en")
    rename(cast.wang.actor, language="zh-CN")
    with pytest.raises(Replayed) as replayed:
        offering(offer("k1"), cast.wang.actor, language="en")
    assert replayed.value.body == b'"en"'
    cast.wang.user.refresh_from_db()
    assert cast.wang.user.language == "zh-CN"


def test_the_same_key_with_another_body_is_refused(cast: Cast) -> None:
    offering(offer("k1"), cast.wang.actor, language="en")
    with pytest.raises(IdempotencyKeyReused):
        offering(offer("k1", "other"), cast.wang.actor, language="en")


def test_another_person_may_use_the_same_key(cast: Cast) -> None:
    offering(offer("k1"), cast.wang.actor, language="en")
    offering(offer("k1"), cast.neighbour.actor, language="en")


def test_the_stored_answer_is_sealed(cast: Cast) -> None:
    offering(offer("k1"), cast.wang.actor, language="en")
    assert b"en" not in bytes(idempotency.IdempotencyRow.objects.get().reply or b"")


@pytest.mark.django_db(transaction=True)
def test_a_hundred_threads_with_one_key_do_the_work_once(barrier: Any) -> None:
    cast = Cast()
    actor = cast.wang.actor
    results = barrier(100, lambda i: offering(offer("k"), actor, language="en"))
    done = [r for r in results if isinstance(r, User)]
    assert len(done) == 1
    assert all(isinstance(r, IdempotencyKeyBusy | Replayed | User) for r in results)
    assert AuditRow.objects.filter(event="test.renamed").count() == 1
