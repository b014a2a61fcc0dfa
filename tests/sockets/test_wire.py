"""The Protobuf wire, on its own, beside Google's implementation and the official client's message definitions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from centrifuge.protocol import client_pb2
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st

from api.sockets import codec_protobuf as ours
from api.sockets import codes, wire
from api.sockets.codec_protobuf import PROTOBUF
from api.sockets.codes import CloseConnection, ReplyError
from api.sockets.protocol import PONG, Command, Publication
from api.sockets.wire import Kind, Malformed, MapOf, Message, Repeated

theirs: Any = client_pb2
NAMES = st.text(max_size=12)
WHOLE = st.integers(min_value=0, max_value=2**64 - 1)


def sent(frame: bytes) -> Any:
    """What Google's implementation reads in a frame of one message."""
    length, at = wire.read_varint(frame, 0)
    assert at + length == len(frame)
    return theirs.Reply.FromString(frame[at:])


def tables(message: Message, theirs_type: Any) -> None:
    """Every field of ours has their number and type, all the way down."""
    for name, (number, kind) in message.fields.items():
        field = theirs_type.fields_by_name[name]
        assert field.number == number, name
        if isinstance(kind, Kind):
            assert (field.type in (9, 12)) == (kind.wire_type == wire.LENGTH), name
        elif isinstance(kind, MapOf):
            tables(kind.entry, field.message_type)
        else:
            tables(kind.of if isinstance(kind, Repeated) else kind, field.message_type)


def test_every_field_has_the_number_of_the_published_messages() -> None:
    tables(ours.COMMAND, theirs.Command.DESCRIPTOR)
    tables(ours.REPLY, theirs.Reply.DESCRIPTOR)


@given(WHOLE)
def test_a_number_survives_its_seven_bit_groups(number: int) -> None:
    written = wire.varint(number)
    assert wire.read_varint(written, 0) == (number, len(written))


@given(st.integers(1, 2**32 - 1), NAMES, NAMES, WHOLE, st.booleans(), st.integers(-(2**63), 2**63 - 1))
def test_a_subscribe_command_is_read_as_it_was_meant(
    number: int, channel: str, epoch: str, offset: int, recover: bool, flag: int
) -> None:
    request = {"channel": channel, "epoch": epoch, "offset": offset, "recover": recover, "flag": flag}
    body = theirs.Command(id=number, subscribe=theirs.SubscribeRequest(**request)).SerializeToString()
    (command,) = PROTOBUF.decode(wire.delimited(body))
    assert command == Command(number, "subscribe", {name: value for name, value in request.items() if value})


def test_a_frame_holds_several_commands_and_pongs_in_order() -> None:
    subs = {"user:7": theirs.SubscribeRequest(recover=True, offset=12, epoch="e1")}
    connect = theirs.ConnectRequest(token="t", subs=subs, headers={"a": "b"}, data=b'{"x":1}')
    commands = [
        theirs.Command(id=1, connect=connect),
        theirs.Command(),
        theirs.Command(send=theirs.SendRequest(data=b"[]")),
        theirs.Command(id=2, rpc=theirs.RPCRequest(method="ack", data='{"text":"王"}'.encode())),
        theirs.Command(id=3, history=theirs.HistoryRequest(channel="c", limit=-1)),
        theirs.Command(id=4),
    ]
    frame = b"".join(wire.delimited(command.SerializeToString()) for command in commands)
    assert PROTOBUF.decode(frame) == [
        Command(
            1,
            "connect",
            {
                "token": "t",
                "subs": {"user:7": {"recover": True, "offset": 12, "epoch": "e1"}},
                "headers": {"a": "b"},
                "data": {"x": 1},
            },
        ),
        PONG,
        Command(0, "send", {"data": []}),
        Command(2, "rpc", {"method": "ack", "data": {"text": "王"}}),
        Command(3, "history", {"channel": "c", "limit": -1}),
        Command(4, "unknown", {}),
    ]


def test_fields_that_we_do_not_know_are_skipped() -> None:
    node = theirs.FilterNode(op="and", nodes=[theirs.FilterNode(key="k")])
    request = theirs.SubscribeRequest(channel="c", delta="fossil", tf=node)
    body = theirs.Command(id=1, subscribe=request).SerializeToString()
    body += b"\xa1\x01" + bytes(8) + b"\xad\x01" + bytes(4) + b"\xb0\x01\x07"  # 20: 64 bits, 21: 32 bits, 22: a number
    assert PROTOBUF.decode(wire.delimited(body)) == [Command(1, "subscribe", {"channel": "c"})]


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_end_the_connection(noise: bytes) -> None:
    try:
        commands = PROTOBUF.decode(noise)
    except CloseConnection as told:
        assert told.close == codes.BAD_FRAME  # noqa: PT017 - most bytes are refused, not all
    else:
        assert all(0 <= command.id < 2**32 for command in commands)


@given(st.recursive(st.none() | st.booleans() | NAMES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)))
def test_what_we_answer_is_read_by_the_official_messages(payload: Any) -> None:
    reply = sent(PROTOBUF.reply(7, "rpc", {"data": payload}))
    assert (reply.id, json.loads(reply.rpc.data)) == (7, payload)


def test_results_pushes_and_errors_are_read_by_the_official_messages() -> None:
    published = [Publication(n, f'{{"event":"x","n":{n}}}') for n in (1, 2)]
    subscribed = {"recoverable": True, "positioned": True, "epoch": "e", "offset": 2}
    recovered = subscribed | {"was_recovering": True, "recovered": False, "publications": published}
    result = {
        "client": "c",
        "version": "v",
        "ping": 25,
        "pong": True,
        "data": {},
        "subs": {"a": recovered, "b": subscribed},
    }
    told = sent(PROTOBUF.reply(1, "connect", result)).connect
    assert (told.client, told.ping, told.pong, told.expires) == ("c", 25, True, False)
    assert [(p.offset, json.loads(p.data)["n"]) for p in told.subs["a"].publications] == [(1, 1), (2, 2)]
    assert (told.subs["a"].was_recovering, told.subs["a"].recovered, told.subs["b"].epoch) == (True, False, "e")
    pushed = sent(PROTOBUF.publication("desk:1", Publication(9, '{"name":"王"}'))).push
    assert (pushed.channel, pushed.pub.offset, json.loads(pushed.pub.data)) == ("desk:1", 9, {"name": "王"})
    pushed = sent(PROTOBUF.push("desk:1", "unsubscribe", {"code": 2000, "reason": "no longer allowed"})).push
    assert (pushed.unsubscribe.code, pushed.unsubscribe.reason) == (2000, "no longer allowed")
    pushed = sent(PROTOBUF.push("home:1", "subscribe", subscribed)).push
    assert MessageToDict(pushed.subscribe) == {"recoverable": True, "positioned": True, "epoch": "e", "offset": "2"}
    wrong = sent(PROTOBUF.error(3, ReplyError(codes.INTERNAL, temporary=True)))
    assert (wrong.id, wrong.error.code, wrong.error.temporary) == (3, 100, True)
    assert sent(PROTOBUF.reply(4, "unsubscribe", {})).HasField("unsubscribe")
    assert sent(PROTOBUF.ping) == theirs.Reply()
    history = sent(PROTOBUF.reply(5, "history", {"publications": published, "epoch": "e", "offset": 2})).history
    assert [p.offset for p in history.publications] == [1, 2]


def test_a_message_that_contradicts_its_table_is_malformed() -> None:
    for wrong in (b"\x0a\x01x", b"\x10\x01", b"\x22\x02\x0a\xff", b"\x0f"):
        with pytest.raises(Malformed):
            ours.COMMAND.decode(wrong + b"\x22\xff")
