"""Stable codes of the socket: error replies, and closes that tell the client whether to come back.

| close code | what official clients do |
|---|---|
| below 3000, 3000–3499, 4000–4499 | reconnect with back-off and full jitter |
| 3500–3999, 4500–4999 | stop for good |

Errors with `temporary` are retried by the client; 109 makes it fetch a new token; others end the subscription (or the connection).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Close:
    """A WebSocket close: `reason` is plain words, never JSON, at most 123 bytes."""

    code: int
    reason: str

    @property
    def is_terminal(self) -> bool:
        return 3500 <= self.code < 4000 or 4500 <= self.code < 5000


SHUTDOWN = Close(3001, "shutdown")
SERVER_ERROR = Close(3004, "internal server error")
EXPIRED = Close(3005, "connection expired")
SLOW = Close(3008, "slow")
INSUFFICIENT_STATE = Close(3010, "insufficient state")
NO_PONG = Close(3012, "no pong")
INVALID_TOKEN = Close(3500, "invalid token")
BAD_FRAME = Close(3501, "bad request")
STALE = Close(3502, "stale")
FORCED = Close(3503, "force disconnect")
FOREIGN_ORIGIN = Close(4500, "this origin may not use a session cookie")
CLOSES = (
    SHUTDOWN,
    SERVER_ERROR,
    EXPIRED,
    SLOW,
    INSUFFICIENT_STATE,
    NO_PONG,
    INVALID_TOKEN,
    BAD_FRAME,
    STALE,
    FORCED,
    FOREIGN_ORIGIN,
)

INTERNAL = 100
UNAUTHORIZED = 101
UNKNOWN_CHANNEL = 102
PERMISSION_DENIED = 103
METHOD_NOT_FOUND = 104
ALREADY_SUBSCRIBED = 105
LIMIT_EXCEEDED = 106
BAD_REQUEST = 107
NOT_AVAILABLE = 108
TOKEN_EXPIRED = 109
TOO_MANY = 111
UNRECOVERABLE = 112
REFUSED = 400
CONFLICT = 409
INVALID = 422
MESSAGES = {
    INTERNAL: "internal server error",
    UNAUTHORIZED: "unauthorized",
    UNKNOWN_CHANNEL: "unknown channel",
    PERMISSION_DENIED: "permission denied",
    METHOD_NOT_FOUND: "method not found",
    ALREADY_SUBSCRIBED: "already subscribed",
    LIMIT_EXCEEDED: "limit exceeded",
    BAD_REQUEST: "bad request",
    NOT_AVAILABLE: "not available",
    TOKEN_EXPIRED: "token expired",
    TOO_MANY: "too many requests",
    UNRECOVERABLE: "unrecoverable position",
}


class CloseConnection(Exception):
    """End this connection with this close."""

    def __init__(self, close: Close) -> None:
        super().__init__(close.reason)
        self.close = close


class ReplyError(Exception):
    """Answer this command with an error reply."""

    def __init__(self, code: int, message: str = "", *, temporary: bool = False) -> None:
        self.code = code
        self.message = message or MESSAGES[code]
        self.temporary = temporary
        super().__init__(self.message)

    @classmethod
    def bad_request(cls) -> ReplyError:
        return cls(BAD_REQUEST)
