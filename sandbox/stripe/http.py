"""The little HTTP there is: a request with its whole body, a reply, over ASGI."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LARGEST_BODY = 1_000_000


@dataclass(frozen=True)
class Request:
    """``headers`` have lower-case names; ``query`` and ``body`` are still encoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """``lost`` cuts the connection instead of answering (a fault that tests ask for)."""

    status: int
    body: bytes = b""
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


def json_reply(status: int, body: object, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body, indent=2, ensure_ascii=False).encode(), headers=named)


async def read(scope: Message, receive: Receive) -> Request | None:
    """The request, or None when its body is larger than ``LARGEST_BODY`` bytes."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            return None
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, bytes(body))


async def write(send: Send, reply: Reply) -> None:
    headers = {"content-type": reply.type, "content-length": str(len(reply.body)), "cache-control": "no-store"}
    headers |= {name.lower(): value for name, value in reply.headers.items()}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    if reply.lost and (transport := getattr(getattr(send, "__self__", None), "transport", None)):
        transport.abort()  # ASGI has no word for hanging up; uvicorn's connection object does
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})
