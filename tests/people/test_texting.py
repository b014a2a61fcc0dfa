"""Texts that are no codes: to the countries that codes go to, and not many to one phone; nobody learns of it."""

from __future__ import annotations

import pytest

from backend.core.verb import verb
from backend.people.actor import Actor
from backend.people.texting import ELSEWHERE, MOST_A_DAY, TOO_MANY, text_phone
from notifications.deliveries import FAILED, QUEUED, Delivery
from tests.people.logins import texts

pytestmark = pytest.mark.django_db
PHONE, OTHER, ABROAD = "+8613700000003", "+8613700000004", "+442079460958"
GIVEN = "delegation.given.text"


def text(phone: str = PHONE, topic: str = GIVEN, **more: str) -> Delivery:
    return sent(Actor.anonymous(), phone=phone, topic=topic, **more)


@verb("test.texted")
def sent(actor: Actor, *, phone: str, topic: str, code: str | None = None) -> Delivery:
    return text_phone(phone, topic, {"until": "2026-12-01", "link": "", "phone": "137****0000"}, code=code)


def test_a_phone_gets_five_texts_a_day_and_the_next_is_withheld() -> None:
    assert [text().state for _ in range(MOST_A_DAY)] == [QUEUED] * MOST_A_DAY
    over = text()
    assert (over.state, over.reason, over.due_at, over.sealed) == (FAILED, TOO_MANY, None, None)
    assert text(OTHER).state == QUEUED
    assert texts(GIVEN) == MOST_A_DAY + 1


def test_a_warning_to_the_owner_comes_through_when_others_used_up_the_texts() -> None:
    for _ in range(MOST_A_DAY + 1):
        text()
    assert text(topic="phone.change-asked.text").state == QUEUED
    assert text(code="123456").state == QUEUED


def test_no_text_goes_where_no_code_goes() -> None:
    withheld = text(ABROAD)
    assert (withheld.state, withheld.reason, withheld.due_at, withheld.sealed) == (FAILED, ELSEWHERE, None, None)
    assert text(ABROAD, code="123456").state == FAILED
