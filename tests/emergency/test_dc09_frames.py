"""Reading DC-09 off a byte stream, against published byte vectors."""

import contextlib
import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.emergency.protocols import dc09, dc09_crypto
from tests.emergency import vectors


def bodies(stream: bytes) -> list[bytes]:
    return list(dc09.split(bytearray(stream)))


@pytest.mark.parametrize("frame", vectors.ALL)
def test_every_vector_is_a_frame_and_is_wrapped_to_the_same_bytes(frame: bytes) -> None:
    (body,) = bodies(frame)
    assert dc09.wrap(body) == frame
    assert dc09.parse(body).account == "1234"


def test_answers_echo_sequence_prefix_and_account_as_the_vectors_say() -> None:
    (body,) = bodies(vectors.CONTACT_ID)
    frame = dc09.parse(body)
    assert dc09.answer("ACK", frame) == vectors.ACK_1
    assert dc09.answer("DUH", frame) == vectors.DUH_1
    assert dc09.refusal(datetime(2026, 11, 23, 8, tzinfo=UTC)) == vectors.NAK


def test_a_receiver_number_is_echoed_and_none_is_not_written_as_a_word() -> None:
    (body,) = bodies(vectors.RECEIVER_AND_PREFIX)
    assert b'"ACK"0001RF3L77#1234[]' in dc09.answer("ACK", dc09.parse(body))


@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_however_the_segments_are_cut_every_frame_is_read_once(cuts: list[int]) -> None:
    stream = b"".join(vectors.ALL)
    marks = sorted({0, len(stream), *(c for c in cuts if c < len(stream))})
    buffer, found = bytearray(), []
    for start, end in itertools.pairwise(marks):
        buffer += stream[start:end]
        found += list(dc09.split(buffer))
    assert [dc09.wrap(body) for body in found] == vectors.ALL
    assert not buffer


@given(noise=st.binary(max_size=60).filter(lambda raw: b"\n" not in raw))
def test_noise_before_a_frame_never_hides_it(noise: bytes) -> None:
    assert len(bodies(noise + vectors.CONTACT_ID)) == 1


def test_a_wrong_checksum_is_silence_and_the_next_frame_is_read() -> None:
    broken = vectors.CONTACT_ID.replace(b"1101", b"1102")
    assert [dc09.parse(b).id for b in bodies(broken + vectors.SIA_DCS)] == ["SIA-DCS"]


def test_a_wrong_length_does_not_swallow_the_next_frame() -> None:
    broken = vectors.CONTACT_ID.replace(b"0027", b"0FF7")
    assert [dc09.parse(b).id for b in bodies(broken + vectors.SIA_DCS)] == ["SIA-DCS"]


def test_extended_blocks_and_the_time_are_read() -> None:
    (body,) = bodies(vectors.EXTENDED)
    content = dc09.content(dc09.parse(body).data)
    assert content.text == "#1234|1101 00 015"
    assert content.extras == {"X": "116E29.500", "Y": "39N54.120"}
    assert content.at == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_text_blocks_may_be_chinese() -> None:
    frame = dc09.wrap('"ADM-CID"0009L0#1234[#1234|1101 00 015][I王奶奶家]'.encode())
    (body,) = bodies(frame)
    assert dc09.content(dc09.parse(body).data).extras == {"I": "王奶奶家"}


def test_the_encrypted_vector_opens_and_an_encrypted_answer_opens_again() -> None:
    (body,) = bodies(vectors.ENCRYPTED)
    frame = dc09.parse(body)
    clear = dc09_crypto.decrypt(vectors.AES_KEY, frame.data)
    assert dc09.content(clear).text == "#1234|1101 00 015"
    moment = datetime(2026, 11, 23, 8, tzinfo=UTC)
    (answer,) = bodies(dc09_crypto.encrypted_ack(vectors.AES_KEY, frame, moment))
    assert dc09.parse(answer).is_encrypted
    assert dc09_crypto.decrypt(vectors.AES_KEY, dc09.parse(answer).data) == b"]_08:00:00,11-23-2026"


def test_a_wrong_key_opens_nothing() -> None:
    (body,) = bodies(vectors.ENCRYPTED)
    with pytest.raises(dc09.Unreadable):
        dc09_crypto.decrypt(bytes(16), dc09.parse(body).data)


@given(body=st.binary(max_size=200))
def test_no_bytes_break_the_parser_in_any_other_way(body: bytes) -> None:
    with contextlib.suppress(dc09.Unreadable):
        dc09.content(dc09.parse(body).data)
