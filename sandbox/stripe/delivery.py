"""Sending webhooks, and finishing what takes time: due rows in, HTTP out, until the endpoint says 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
import urllib.error
import urllib.request

from sandbox.stripe import refunds
from sandbox.stripe.call import Call, Terms
from sandbox.stripe.faults import Faults
from sandbox.stripe.store import Store
from sandbox.stripe.webhooks import body_of, signature

log = logging.getLogger("sandbox.stripe")

_TIMEOUT = 10.0
_LONGEST_WAIT = 10.0
_GIVE_UP_AFTER = 3 * 24 * 3600 / _LONGEST_WAIT


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


def backoff(attempts: int) -> float:
    """Seconds until the next try: 0.25, 0.5, 1 … 10. (Stripe takes hours; a demo cannot wait.)"""
    return min(0.25 * 2.0 ** (attempts - 1), _LONGEST_WAIT)


class Courier:
    """One task per endpoint, so that a slow endpoint delays nobody else. First tries go in order of creation;
    an event that failed waits for its next try and is overtaken, as at Stripe."""

    def __init__(self, store: Store, faults: Faults, terms: Terms, base_url: str) -> None:
        self.store, self.faults, self.terms, self.base_url = store, faults, terms, base_url
        self.news = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        while True:
            self._finish_timers()
            if not self.faults.pause:
                for endpoint in self._due_endpoints():
                    task = self._tasks.get(endpoint)
                    if task is None or task.done():
                        self._tasks[endpoint] = asyncio.create_task(self._drain(endpoint))
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), timeout=0.1)

    def _finish_timers(self) -> None:
        for timer in self.store.due_timers():
            with self.store.transaction():
                call = Call(self.store, {}, self.base_url, self.terms)
                kind, _, outcome = timer["action"].partition(".")
                if kind == "refund":
                    refunds.settled(call, timer["object"], outcome)
                self.store.end_timer(timer["id"])

    def _due_endpoints(self) -> list[str]:
        sql = "SELECT DISTINCT endpoint FROM deliveries WHERE due_at <= ?"
        return [row["endpoint"] for row in self.store.db.execute(sql, (time.time(),))]

    async def _drain(self, endpoint_id: str) -> None:
        sql = "SELECT * FROM deliveries WHERE endpoint = ? AND due_at <= ? ORDER BY seq LIMIT 20"
        while not self.faults.pause:
            due = self.store.db.execute(sql, (endpoint_id, time.time())).fetchall()
            if not due:
                return
            for delivery in reversed(due) if self.faults.reorder else due:
                await self._deliver(endpoint_id, delivery)

    async def _deliver(self, endpoint_id: str, delivery: sqlite3.Row) -> None:
        endpoint = self.store.find("webhook_endpoint", endpoint_id)
        event = self.store.find("event", delivery["event"])
        if endpoint is None or event is None or endpoint["status"] != "enabled" or self.faults.take("drop_next"):
            self._note(delivery, due_at=None, delivered_at=None)
            return
        if self.faults.delay_ms:
            await asyncio.sleep(self.faults.delay_ms / 1000)
        body = body_of(event)
        accepted = False
        for _ in range(1 + self.faults.duplicate):
            header = signature(endpoint["secret"], body, int(time.time()))
            accepted = await asyncio.to_thread(_post, endpoint["url"], body, header)
        attempts = delivery["attempts"] + 1
        if accepted:
            self._note(delivery, due_at=None, delivered_at=time.time())
            if delivery["delivered_at"] is None:
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
                self.store.save(event)
        else:
            again = None if attempts > _GIVE_UP_AFTER else time.time() + backoff(attempts)
            self._note(delivery, due_at=again, delivered_at=None)

    def _note(self, delivery: sqlite3.Row, *, due_at: float | None, delivered_at: float | None) -> None:
        sql = "UPDATE deliveries SET due_at = ?, delivered_at = ?, attempts = attempts + 1 WHERE seq = ?"
        self.store.db.execute(sql, (due_at, delivered_at or delivery["delivered_at"], delivery["seq"]))


def _post(url: str, body: bytes, header: str) -> bool:
    """Whether the endpoint answered 2xx. Runs in a thread."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header,
        "User-Agent": "Yike-Stripe-Sandbox/1.0",
    }
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - endpoints are http(s) only
    try:
        with _opener.open(request, timeout=_TIMEOUT) as answer:
            answer.read()
            return bool(200 <= answer.status < 300)
    except urllib.error.HTTPError as refusal:
        log.info("webhook refused with %s", refusal.code)
        return False
    except (OSError, ValueError) as problem:
        log.info("webhook not delivered: %s", type(problem).__name__)
        return False
