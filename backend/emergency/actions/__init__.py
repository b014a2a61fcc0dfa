"""The verbs of the emergency room."""

from backend.emergency.actions.alarms import Raised, cancel_alarm, raise_alarm
from backend.emergency.actions.answering import acknowledge, hand_off, release
from backend.emergency.actions.calls import Called, enter_call, take_call
from backend.emergency.actions.escalating import escalate, watch_owner
from backend.emergency.actions.receiving import Received, heartbeat, heartbeats, receive_signal, receive_unsigned
from backend.emergency.actions.retrying import interpret_again
from backend.emergency.actions.working import call, note, resolve

__all__ = [
    "Called",
    "Raised",
    "Received",
    "acknowledge",
    "call",
    "cancel_alarm",
    "enter_call",
    "escalate",
    "hand_off",
    "heartbeat",
    "heartbeats",
    "interpret_again",
    "note",
    "raise_alarm",
    "receive_signal",
    "receive_unsigned",
    "release",
    "resolve",
    "take_call",
    "watch_owner",
]
