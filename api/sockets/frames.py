"""The committed description of the socket, `api/frames.json`: JSON Schemas of every frame, call and stream event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.schemas.emergency import AlarmIn, RaisedOut
from api.sockets.codes import CLOSES, MESSAGES
from api.sockets.events import EVENTS, ID, TEXT, WHOLE, YES_NO, Schema

FILE = Path(__file__).resolve().parents[1] / "frames.json"
ANY: Schema = {"type": "object"}
OFFSET: Schema = {"type": "integer", "minimum": 0}


def _object(required: dict[str, Schema], more: dict[str, Schema] | None = None, *, closed: bool = True) -> Schema:
    shape: Schema = {"type": "object", "properties": required | (more or {}), "required": sorted(required)}
    return shape | ({"additionalProperties": False} if closed else {})


def command(method: str, required: dict[str, Schema], more: dict[str, Schema] | None = None) -> Schema:
    """A command; fields that we do not know are ignored."""
    inner = _object(required, more, closed=False)
    return _object({"id": {"type": "integer", "minimum": 1}, method: inner})


def reply(method: str, required: dict[str, Schema], more: dict[str, Schema] | None = None) -> Schema:
    return _object({"id": WHOLE, method: _object(required, more)})


def _push(kind: str, required: dict[str, Schema], more: dict[str, Schema] | None = None) -> Schema:
    return _object({"push": _object({"channel": TEXT, kind: _object(required, more)})})


RESUME: dict[str, Schema] = {"recover": YES_NO, "epoch": TEXT, "offset": OFFSET, "flag": OFFSET}
PUBLICATION = _object({"data": {"$ref": "#/$defs/event"}, "offset": {"type": "integer", "minimum": 1}})
SUBSCRIBED: dict[str, Schema] = {"recoverable": YES_NO, "positioned": YES_NO, "epoch": TEXT, "offset": OFFSET}
RECOVERY: dict[str, Schema] = {
    "was_recovering": YES_NO,
    "recovered": YES_NO,
    "publications": {"type": "array", "items": PUBLICATION},
}
LIFETIME: dict[str, Schema] = {"expires": YES_NO, "ttl": WHOLE}


def _calls() -> dict[str, Any]:
    """What `rpc` takes and gives, by method."""
    reached = {"channel": TEXT, "delivered": OFFSET, "displayed": OFFSET, "read": OFFSET}
    state = {"enum": ["delivered", "displayed", "read"]}
    return {
        "ack": {"data": _object({"channel": TEXT, "offset": OFFSET, "state": state}), "result": _object(reached)},
        "alarm.raise": {
            "data": AlarmIn.model_json_schema(),
            "result": _raised(),
        },
        "presence": {
            "data": _object({"channel": TEXT}),
            "result": _object({"channel": TEXT, "present": {"type": "array", "items": ID}}),
        },
    }


def _raised() -> Schema:
    shape: Schema = RaisedOut.model_json_schema(
        mode="serialization", ref_template="#/rpc/alarm.raise/result/$defs/{model}"
    )
    wrong = _object({"pointer": TEXT, "code": TEXT, "detail": TEXT})
    shape["properties"]["errors"] = {"type": "array", "items": wrong}
    return shape


def _events() -> list[Schema]:
    return [
        {
            "title": name,
            "description": f"{event.meaning} ({', '.join(event.channels)})",
            "type": "object",
            "properties": {
                "event": {"const": name},
                "about": TEXT,
                "at": {"type": "string", "format": "date-time"},
                "data": event.schema(),
            },
            "required": ["about", "at", "data", "event"],
            "additionalProperties": False,
        }
        for name, event in sorted(EVENTS.items())
    ]


def document() -> dict[str, Any]:
    """The whole description; `$defs/event` is what a publication's `data` may be."""
    subscription = _object(SUBSCRIBED, RECOVERY)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Yike socket /ws/v1: Centrifuge client protocol v2; both codecs carry these messages",
        "commands": {
            "connect": command("connect", {}, {"token": TEXT, "data": ANY, "name": TEXT, "version": TEXT, "subs": ANY}),
            "history": command("history", {"channel": TEXT}, {"limit": WHOLE, "since": ANY}),
            "pong": _object({}),
            "refresh": command("refresh", {"token": TEXT}),
            "rpc": command("rpc", {"method": TEXT}, {"data": ANY}),
            "subscribe": command("subscribe", {"channel": TEXT}, RESUME),
            "unsubscribe": command("unsubscribe", {"channel": TEXT}),
        },
        "replies": {
            "connect": reply(
                "connect",
                {
                    "client": TEXT,
                    "version": TEXT,
                    "ping": WHOLE,
                    "pong": YES_NO,
                    "data": _object({"limited": YES_NO}),
                    "subs": {"type": "object", "additionalProperties": subscription},
                },
                LIFETIME,
            ),
            "error": _object({"id": WHOLE, "error": _object({"code": WHOLE, "message": TEXT}, {"temporary": YES_NO})}),
            "history": reply(
                "history", {"publications": {"type": "array", "items": PUBLICATION}, "epoch": TEXT, "offset": OFFSET}
            ),
            "refresh": reply("refresh", {"client": TEXT, "version": TEXT}, LIFETIME),
            "rpc": reply("rpc", {"data": ANY}),
            "subscribe": reply("subscribe", SUBSCRIBED, RECOVERY),
            "unsubscribe": reply("unsubscribe", {}),
        },
        "pushes": {
            "ping": _object({}),
            "pub": _push("pub", {"data": {"$ref": "#/$defs/event"}, "offset": {"type": "integer", "minimum": 1}}),
            "subscribe": _push("subscribe", SUBSCRIBED, RECOVERY),
            "unsubscribe": _push("unsubscribe", {"code": WHOLE, "reason": TEXT}),
        },
        "rpc": _calls(),
        "errors": {str(code): message for code, message in sorted(MESSAGES.items())}
        | {"400-599": "a refusal: the status of the same call over HTTP; message is the problem's code"},
        "closes": {str(c.code): {"reason": c.reason, "reconnect": not c.is_terminal} for c in CLOSES},
        "$defs": {"event": {"oneOf": _events()}},
    }


def text() -> str:
    """The file's content."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write() -> None:
    """Bring the committed file up to date."""
    FILE.write_text(text(), encoding="utf-8")
