"""Every event that a stream may carry: on which channels, and the shape of its `data`. Ids and codes only, no personal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.tickets.flow import STEPS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
YES_NO: Schema = {"type": "boolean"}
ID: Schema = {"type": "string", "format": "uuid"}
MAYBE_ID: Schema = {"type": ["string", "null"], "format": "uuid"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}


@dataclass(frozen=True)
class Event:
    """One kind of event. Fields in `more` may be missing."""

    channels: tuple[str, ...]
    fields: dict[str, Schema]
    more: dict[str, Schema]
    meaning: str

    def schema(self) -> Schema:
        """JSON Schema of `data`."""
        return {
            "type": "object",
            "properties": self.fields | self.more,
            "required": sorted(self.fields),
            "additionalProperties": False,
        }


_CALLER = {"number": WHOLE, "kind": TEXT, "state": TEXT, "priority": TEXT}
_ROW = {
    "id": ID,
    "identity": TEXT,
    "signal_count": WHOLE,
    "step": WHOLE,
    "division_id": ID,
    "owner_id": MAYBE_ID,
    "next_step_at": MAYBE_TIME,
}


def _incident(meaning: str, **more: Schema) -> Event:
    return Event(("desk", "person"), _CALLER, _ROW | more, meaning)


def _ticket(meaning: str) -> Event:
    return Event(("board", "person"), {"number": TEXT, "state": TEXT}, {"category": TEXT}, meaning)


EVENTS: dict[str, Event] = {
    "broadcast.created": Event(
        ("community", "compound", "building"),
        {"broadcast_id": ID, "topic": TEXT, "urgency": {"enum": ["normal", "emergency"]}},
        {},
        "something was announced to everybody here; read the inbox",
    ),
    "directory.queue": Event(
        ("board",), {}, {}, "what waits for the directory's officers here is another; read the queue"
    ),
    "incident.acknowledged": _incident("a dispatcher took it"),
    "incident.call_entered": _incident("a dispatcher wrote down a telephone call"),
    "incident.call_told": _incident("the exchange tells what became of a telephone call"),
    "incident.called": _incident("a call was made or noted"),
    "incident.cancelled": _incident("the caller called it off; it is now a call-back"),
    "incident.escalated": _incident("nobody took it in time", target=TEXT, told=WHOLE, sound=YES_NO),
    "incident.handed_off": _incident("another dispatcher has it now"),
    "incident.identified": _incident("what was unreadable is understood"),
    "incident.noted": _incident("a note was added"),
    "incident.opened": _incident("somebody calls for help"),
    "incident.owner_gone": _incident("its dispatcher left; it is open again", sound=YES_NO),
    "incident.released": _incident("its dispatcher gave it back"),
    "incident.repeated": _incident("another signal joined it", sound=YES_NO),
    "incident.resolved": _incident("it is over", disposition=TEXT),
    "incident.restored": _incident("the device reports that all is well again"),
    "login.ended": Event(("person",), {}, {}, "this person's logins have ended"),
    "notice.created": Event(
        ("person",),
        {"notice_id": ID, "topic": TEXT, "urgency": {"enum": ["normal", "emergency"]}},
        {},
        "read the inbox",
    ),
    "rights.changed": Event(("person",), {}, {}, "this person's roles or homes are others now"),
    "ticket.commented": _ticket("somebody wrote about it"),
    "ticket.reported": _ticket("it was reported"),
    **{f"ticket.{step.event}": _ticket(f"it was {step.event}") for step in STEPS.values()},
}
