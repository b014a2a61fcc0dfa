"""The parts of the story that need no running demo."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from backend.emergency.signatures import SignedMessage, verify
from backend.story.alarm import SIGNALS, signature
from backend.story.client import Refused
from backend.story.demo import Cast, NoDemo
from backend.story.ticket import drawn_leak

PEOPLE = [
    {"id": "1", "name": "甲", "roles": [{"role": "resident"}], "home_id": "h1"},
    {"id": "2", "name": "乙", "roles": [{"role": "dispatcher"}, {"role": "resident"}]},
]


def test_the_storys_button_signs_as_the_contract_says() -> None:
    body = json.dumps({"event_id": "e1", "kind": "sos"}).encode()
    headers = signature(body, "key-1", "c2VjcmV0LW9mLWEtYnV0dG9u")
    message = SignedMessage("POST", f"http://127.0.0.1{SIGNALS}", headers)
    assert verify(message, body, lambda key_id: b"secret-of-a-button" if key_id == "key-1" else None).key_id == "key-1"


def test_the_cast_is_found_by_role_and_home() -> None:
    cast = Cast("http://127.0.0.1:1", Path(), PEOPLE)
    assert cast.of("resident", 1)["name"] == "乙"
    assert cast.at_home("h1") == PEOPLE[0]
    with pytest.raises(NoDemo, match="no person number 2 with the role dispatcher"):
        cast.of("dispatcher", 1)


def test_a_refusal_says_what_was_asked_and_why() -> None:
    refused = Refused("POST", "/tickets", 409, {"type": "/problems/wrong-step", "detail": "This step is not possible."})
    assert str(refused) == "POST /tickets: 409 This step is not possible."
    assert refused.problem["type"] == "/problems/wrong-step"


def test_the_drawn_photos_differ() -> None:
    before, after = (Image.open(io.BytesIO(drawn_leak(fixed=fixed))) for fixed in (False, True))
    assert before.size == after.size == (640, 480)
    assert before.tobytes() != after.tobytes()
