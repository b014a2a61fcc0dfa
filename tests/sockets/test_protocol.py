"""The codec, on its own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sockets import codes
from api.sockets.codec_json import JSON
from api.sockets.codes import CLOSES, CloseConnection, ReplyError
from api.sockets.protocol import Command, Publication
from api.sockets.reads import StreamState
from api.sockets.recovery import Wish


def test_a_frame_holds_one_command_a_line_in_order() -> None:
    frame = '{"id":1,"connect":{}}\n{}\n{"send":{"data":1}}\n{"id":2,"rpc":{"method":"ack"}}\n{"id":3,"dance":{}}'
    assert JSON.decode(frame) == [
        Command(1, "connect", {}),
        Command(0, "", {}),
        Command(0, "send", {"data": 1}),
        Command(2, "rpc", {"method": "ack"}),
        Command(3, "unknown", {}),
    ]


@given(st.text(max_size=200))
def test_any_text_is_decoded_or_ends_the_connection(text: str) -> None:
    try:
        commands = JSON.decode(text)
    except CloseConnection as told:
        assert told.close == codes.BAD_FRAME  # noqa: PT017 - most texts are refused, not all
    else:
        assert all(0 <= command.id < 2**32 for command in commands)


def test_a_frame_that_is_too_long_or_too_deep_ends_the_connection() -> None:
    for frame in ("x" * 70_000, "[" * 60_000):
        with pytest.raises(CloseConnection):
            JSON.decode(frame)


def test_a_publication_is_one_line_of_json_with_its_offset() -> None:
    made = Publication(7, '{"event":"x","data":{"name":"王\\n"}}')
    frame = JSON.publication('desk:"1"', made)
    assert "\n" not in frame
    assert json.loads(frame) == {
        "push": {"channel": 'desk:"1"', "pub": {"data": {"event": "x", "data": {"name": "王\n"}}, "offset": 7}}
    }


def test_close_reasons_are_short_words_and_never_json() -> None:
    for close in CLOSES:
        assert len(close.reason.encode()) <= 123
        with pytest.raises(ValueError):
            json.loads(close.reason)
    assert codes.FOREIGN_ORIGIN.is_terminal
    assert not codes.SLOW.is_terminal


def test_an_error_says_whether_to_try_again() -> None:
    shown = json.loads(JSON.error(3, ReplyError(codes.INTERNAL, temporary=True)))
    assert shown == {"id": 3, "error": {"code": 100, "message": "internal server error", "temporary": True}}
    assert "temporary" not in json.loads(JSON.error(3, ReplyError(codes.PERMISSION_DENIED)))["error"]


@pytest.mark.parametrize("params", [{"offset": -1}, {"offset": "1"}, {"offset": True}, {"epoch": 3}, {"flag": 1.5}])
def test_a_position_that_makes_no_sense_is_a_bad_request(params: dict[str, object]) -> None:
    with pytest.raises(ReplyError) as refused:
        Wish.read({"recover": True} | params)
    assert refused.value.code == codes.BAD_REQUEST


def test_too_large_a_gap_is_not_called_recovered() -> None:
    read = [Publication(n, "{}") for n in range(2, 1002)]
    wish = Wish(recover=True, epoch="e", offset=1)
    assert wish.answer(StreamState("e", 1001, read))["recovered"]
    assert not wish.answer(StreamState("e", 1002, read))["recovered"]
