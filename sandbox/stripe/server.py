"""The ASGI application: hands each path to the API, the control room or the payer's pages."""

from __future__ import annotations

import asyncio

from sandbox.stripe import control, pages
from sandbox.stripe.api import Api
from sandbox.stripe.delivery import Courier
from sandbox.stripe.http import Message, Receive, Reply, Request, Send, json_reply, read, write

_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key, stripe-version",
}


class Server:
    """One instance a process. ``courier`` is woken after every request, so that webhooks leave at once."""

    def __init__(self, api: Api, courier: Courier) -> None:
        self.api, self.courier = api, courier

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await read(scope, receive)
        if request is None:
            await write(
                send, json_reply(413, {"error": {"type": "invalid_request_error", "message": "Body too large."}})
            )
            return
        reply = self.answer(request)
        self.courier.news.set()
        if self.api.faults.api_delay_ms and request.path.startswith("/v1/"):
            await asyncio.sleep(self.api.faults.api_delay_ms / 1000)
        await write(send, reply)

    def answer(self, request: Request) -> Reply:
        if request.method == "OPTIONS":
            return Reply(204, headers=dict(_PREFLIGHT))
        if request.path.startswith("/v1/"):
            return self.api.answer(request)
        if request.path.startswith("/_sandbox/"):
            return control.answer(self.api, request)
        return pages.answer(self.api, request)
