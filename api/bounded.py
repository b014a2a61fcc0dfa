"""Bodies are bounded before Django reads them: under ASGI it would otherwise spool a gigabyte before any view could refuse."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.handlers.asgi import ASGIRequest

from api import problems
from backend.core.audit_context import request_id
from backend.core.errors import TooLarge
from backend.core.ids import uuid7

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

MAX_BODY = 16 * 1024 * 1024


class _TooMuch(Exception):
    """More came than may be kept."""


class Bounded:
    """An ASGI application whose HTTP requests may not bring more than `limit` bytes: 413 as a problem, the rest unread."""

    def __init__(self, application: Application, limit: int = MAX_BODY) -> None:
        self.application, self.limit = application, limit

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > self.limit:
            return await self._refuse(scope, send)
        taken = 0

        async def measured() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise _TooMuch
            return message

        try:
            await self.application(scope, measured, send)
        except _TooMuch:  # Django reads the whole body before it answers, so nothing was sent yet
            await self._refuse(scope, send)

    async def _refuse(self, scope: Any, send: Send) -> None:
        mark = request_id.set(str(uuid7()))
        answer = problems.problem(ASGIRequest(scope, io.BytesIO()), TooLarge(limit=self.limit))
        answer["X-Request-ID"] = request_id.get()
        request_id.reset(mark)
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.items()]
        headers += [(b"content-length", str(len(answer.content)).encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": answer.content})
