"""The socket as AsyncAPI 3, `docs/asyncapi.yaml`: made from what `api/frames.json` is made from, so that the two cannot differ.

The server's view: it receives commands and answers them, and it sends pushes. One WebSocket is one channel with many messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.sockets import codec_protobuf, frames
from api.sockets.events import Schema
from api.sockets.wire import Kind, MapOf, Message, Repeated

FILE = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.yaml"
SCHEMAS, MESSAGES = "#/components/schemas/", "#/components/messages/"
CHANNEL = "#/channels/socket"
ABOUT = """\
Alarms, tickets and notices as they happen. The socket speaks the Centrifuge client protocol v2, so that its client libraries work
unmodified: JSON in text frames, one object a line, or Protobuf in binary frames (subprotocol `centrifuge-protobuf`, or
`?format=protobuf`), each message after its length; an empty message is the server's ping and its answer. Both codecs carry the
same messages, described here as JSON; the Protobuf field numbers stand under `x-protobuf`, its `data` fields hold the same JSON.

A reader keeps `epoch` and the last `offset` of each channel and resumes there: offsets have no gap. `recovered: false` means that
the history is gone: read the resource again. Own channels (`person:`, `community:`, `compound:`, `building:`) are subscribed by
the server at connect; `desk:` and `board:` by the client. Rights are looked at again while the socket is open: what ends is
unsubscribed with code 2000. `x-closes` says which closes a client answers by coming back.
"""
EXAMPLES: dict[str, dict[str, Any]] = {
    "connect": {"id": 1, "connect": {"token": "<access token>", "name": "app"}},
    "subscribe": {"id": 2, "subscribe": {"channel": "desk:0190a5d2-7a6e-7cc0-8000-000000000001", "recover": False}},
    "rpc.ack": {
        "id": 3,
        "rpc": {
            "method": "ack",
            "data": {"channel": "person:0190a5d2-7a6e-7cc0-8000-000000000002", "offset": 7, "state": "displayed"},
        },
    },
    "reply.error": {"id": 2, "error": {"code": 103, "message": "permission denied"}},
    "push.pub": {
        "push": {
            "channel": "person:0190a5d2-7a6e-7cc0-8000-000000000002",
            "pub": {
                "offset": 8,
                "data": {
                    "event": "rights.changed",
                    "about": "/api/v1/me",
                    "at": "2026-11-23T09:00:00+08:00",
                    "data": {},
                },
            },
        }
    },
}


def _word(name: str) -> str:
    """`alarm.raise` → `AlarmRaise`."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]", name))


def _moved(value: Any) -> Any:
    """The same schema with its references pointing at `components/schemas`, and without definitions of its own."""
    if isinstance(value, list):
        return [_moved(one) for one in value]
    if not isinstance(value, dict):
        return value
    moved = {key: _moved(one) for key, one in value.items() if key != "$defs"}
    if isinstance(moved.get("$ref"), str):
        moved["$ref"] = SCHEMAS + moved["$ref"].rpartition("/")[2]
    return moved


def _schemas(described: Schema) -> dict[str, Schema]:
    """Every stream event under its own name, `event` for any of them, and the shapes that calls take and give."""
    events = {one["title"]: one for one in described["$defs"]["event"]["oneOf"]}
    found: dict[str, Schema] = {f"event.{name}": _moved(one) for name, one in events.items()}
    found["event"] = {"oneOf": [{"$ref": f"{SCHEMAS}event.{name}"} for name in events]}
    for method, call in described["rpc"].items():
        for side in ("data", "result"):
            found |= {name: _moved(one) for name, one in call[side].get("$defs", {}).items()}
            found[f"{method}.{side}"] = _moved(call[side])
    return found


def _messages(described: Schema) -> Iterator[tuple[str, Schema]]:
    """Message name → JSON Schema of its payload: commands by their method, `rpc.<method>`, `reply.…` and `push.…`."""
    for name, schema in described["commands"].items():
        if name != "rpc":
            yield name, schema
    for name, schema in described["replies"].items():
        if name != "rpc":
            yield f"reply.{name}", schema
    for method in described["rpc"]:
        data, result = {"$ref": f"{SCHEMAS}{method}.data"}, {"$ref": f"{SCHEMAS}{method}.result"}
        yield f"rpc.{method}", frames.command("rpc", {"method": {"const": method}, "data": data})
        yield f"reply.rpc.{method}", frames.reply("rpc", {"data": result})
    for name, schema in described["pushes"].items():
        yield f"push.{name}", schema


def _message(name: str, payload: Schema) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "contentType": "application/json", "payload": _moved(payload)}
    if "id" in payload["properties"]:
        made["correlationId"] = {"$ref": "#/components/correlationIds/command"}
    if name in EXAMPLES:
        made["examples"] = [{"name": name.replace(".", "-"), "payload": EXAMPLES[name]}]
    return made


def _operations(names: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in names:
        message = {"$ref": f"{CHANNEL}/messages/{name}"}
        if name.startswith("push."):
            made[f"send{_word(name)}"] = {"action": "send", "channel": {"$ref": CHANNEL}, "messages": [message]}
        elif not name.startswith("reply."):
            made[f"receive{_word(name)}"] = _received(name, message, names)
    return made


def _received(name: str, message: dict[str, str], names: list[str]) -> dict[str, Any]:
    received: dict[str, Any] = {"action": "receive", "channel": {"$ref": CHANNEL}, "messages": [message]}
    if f"reply.{name}" in names:
        answers = [{"$ref": f"{CHANNEL}/messages/{answer}"} for answer in (f"reply.{name}", "reply.error")]
        received["reply"] = {"channel": {"$ref": CHANNEL}, "messages": answers}
    return received


def _numbers(message: Message) -> dict[str, Any]:
    """Field → number, or (for a message) its number and its fields."""
    shown: dict[str, Any] = {}
    for name, (number, kind) in message.fields.items():
        inner = kind.of if isinstance(kind, Repeated | MapOf) else kind
        shown[name] = number if isinstance(inner, Kind) else {"number": number, "fields": _numbers(inner)}
    return shown


def document() -> dict[str, Any]:
    """The whole AsyncAPI document."""
    described = frames.document()
    messages = dict(_messages(described))
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Yike socket", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "own": {
                "host": "{host}",
                "protocol": "wss",
                "description": "The host that serves the pages and the API; without TLS, in the demo, ws.",
                "variables": {"host": {"default": "localhost:8000"}},
            }
        },
        "channels": {
            "socket": {
                "address": "/ws/v1",
                "title": "One WebSocket",
                "messages": {name: {"$ref": MESSAGES + name} for name in messages},
                "bindings": {
                    "ws": {
                        "query": {"type": "object", "properties": {"format": {"type": "string", "enum": ["protobuf"]}}}
                    }
                },
            }
        },
        "operations": _operations(list(messages)),
        "components": {
            "correlationIds": {
                "command": {"location": "$message.payload#/id", "description": "a reply names its command"}
            },
            "messages": {name: _message(name, payload) for name, payload in messages.items()},
            "schemas": _schemas(described),
        },
        "x-errors": described["errors"],
        "x-closes": described["closes"],
        "x-protobuf": {"Command": _numbers(codec_protobuf.COMMAND), "Reply": _numbers(codec_protobuf.REPLY)},
    }


def text() -> str:
    """The file's content."""
    import yaml  # a tool of development: the server itself needs no YAML

    return yaml.dump(document(), Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=120)


def _dumper() -> Any:
    """YAML without anchors (a shape that is used twice is written twice) and with long texts as blocks."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    Plain.add_representer(
        str,
        lambda dumper, value: dumper.represent_scalar(
            "tag:yaml.org,2002:str", value, style="|" if "\n" in value else None
        ),
    )
    return Plain


def write() -> None:
    """Bring the committed file up to date."""
    FILE.write_text(text(), encoding="utf-8")
