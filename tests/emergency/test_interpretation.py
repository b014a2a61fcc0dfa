"""What signals mean."""

import json

import pytest

from backend.emergency.interpretation import Uninterpretable, interpret
from backend.emergency.kinds import Kind, Priority
from backend.emergency.protocols import dc09
from tests.emergency import vectors


def of_json(**said: object) -> object:
    return interpret("https", json.dumps(said).encode())


def body(frame: bytes) -> bytes:
    (found,) = dc09.split(bytearray(frame))
    return found


@pytest.mark.parametrize(
    ("code", "kind", "priority"),
    [
        ("100", Kind.MEDICAL, "P1"),
        ("101", Kind.SOS, "P1"),
        ("103", Kind.FALL, "P1"),
        ("162", Kind.CO, "P1"),
        ("641", Kind.INACTIVITY, "P2"),
        ("384", Kind.TECHNICAL, "P3"),
    ],
)
def test_contact_id_codes_have_their_kind_and_priority(code: str, kind: Kind, priority: str) -> None:
    meaning = interpret("dc09", f'"ADM-CID"0001L0#1234[#1234|1{code} 00 015]'.encode())
    assert (meaning.kind, meaning.priority) == (kind, priority)


def test_restores_are_read_from_qualifier_3_and_from_2() -> None:
    for qualifier in "32":
        assert interpret("dc09", f'"ADM-CID"0001L0#1234[#1234|{qualifier}162 00 001]'.encode()).is_restore


def test_supervision_and_tests_open_nothing() -> None:
    assert interpret("dc09", body(vectors.NULL)).kind is None
    assert interpret("dc09", body(vectors.RECEIVER_AND_PREFIX)).word == "heartbeat"
    assert of_json(kind="heartbeat", battery=80).kind is None
    assert of_json(kind="test").kind is None


def test_a_position_in_degrees_and_minutes_is_read() -> None:
    detail = interpret("dc09", body(vectors.EXTENDED)).detail
    assert detail["lon"] == pytest.approx(116 + 29.5 / 60)
    assert detail["lat"] == pytest.approx(39 + 54.12 / 60)


def test_a_place_off_the_earth_costs_the_place_and_not_the_call() -> None:
    meaning = of_json(kind="sos", lon=999, lat=1, battery="full", at="yesterday")
    assert meaning.kind == Kind.SOS
    assert meaning.priority == Priority.LIFE
    assert (meaning.detail, meaning.battery, meaning.at) == ({}, None, None)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b'{"kind": "party"}', b'{"kind": 7}', b"\xff\xfe", b'{"code": "999"}']
)
def test_what_means_nothing_is_said_to_mean_nothing(raw: bytes) -> None:
    with pytest.raises((Uninterpretable, ValueError)):
        interpret("https", raw)


def test_a_contact_id_code_alone_is_enough() -> None:
    assert of_json(code="103").kind == Kind.FALL
