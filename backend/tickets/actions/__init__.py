"""The verbs of this room."""

from backend.tickets.actions.checking import cancel, close, reopen, verify
from backend.tickets.actions.handling import accept, assign, pause, resolve, resume, start
from backend.tickets.actions.passing import escalate, merge, transfer
from backend.tickets.actions.photos import access_photo, add_photo
from backend.tickets.actions.report import report
from backend.tickets.actions.talking import comment, follow, rate

__all__ = [
    "accept",
    "access_photo",
    "add_photo",
    "assign",
    "cancel",
    "close",
    "comment",
    "escalate",
    "follow",
    "merge",
    "pause",
    "rate",
    "reopen",
    "report",
    "resolve",
    "resume",
    "start",
    "transfer",
    "verify",
]
