"""Everything on one machine: database, HTTP with sockets, worker, receivers, and in a demo the payment sandbox
and an MQTT broker."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import time
from pathlib import Path

from backend import embedded
from backend.core import ports
from backend.up import database, doors, welcome
from backend.up.children import Child, say

PATIENCE = 10.0  # seconds between asking the children to stop and making them
SANDBOX = "sandbox.stripe"
BROKER = "sandbox.mqtt"
WEBHOOKS = "/api/v1/webhooks/stripe"


class Supervisor:
    """One run. State and ports lie under `home`; `door` is the listening socket of HTTP."""

    def __init__(self, home: Path, door: socket.socket) -> None:
        self.home = home
        self.door = door
        self.begun = time.monotonic()
        self.children: list[Child] = []
        self.stopping = asyncio.Event()
        # Non-inheritable writing end: when this process is gone, however, every child reads the end.
        self.pipe, self._held = os.pipe()
        self.exit_code = 0

    async def run(self) -> int:
        """Start all, greet, keep all running until a signal, stop all; the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)
        mine = await asyncio.to_thread(database.export)
        tasks: list[asyncio.Task[None]] = []
        try:
            if mine:
                ports.publish(self.home, postgres=mine.port)
                tasks.append(asyncio.create_task(database.watch(self.home, mine.owner, self.stopping)))
            cast = self._cast()
            if await self._prepare():
                ports.publish(self.home, http=self.door.getsockname()[1])
                self.children = cast
                tasks += [asyncio.create_task(child.keep_running(self.pipe, self.stopping)) for child in self.children]
                greeting = asyncio.create_task(self._greet())
                await self.stopping.wait()
                greeting.cancel()
        finally:
            self.stopping.set()
            await self._end(tasks)
            if mine:
                await asyncio.to_thread(embedded.stop, self.home)
            ports.publish(self.home, http=None, dc09=None, mqtt=None, postgres=None, stripe=None)
        return self.exit_code

    def _asked_to_stop(self) -> None:
        hurry = self.stopping.is_set()
        self.stopping.set()
        for child in self.children:
            child.send(signal.SIGKILL if hurry else signal.SIGTERM)

    async def _prepare(self) -> bool:
        """Migrate and seed, each only when it is due."""
        notes = await asyncio.to_thread(database.notes)
        steps = []
        if notes.get("migrations") != database.fingerprint():
            steps.append("migrate")
        if os.environ.get("YIKE_DEMO") == "1" and not notes.get("seeded_at"):
            steps.append("seed")
        for step in steps:
            child = Child(step, "backend", [step])
            self.children = [child]
            code = await child.run_once(self.pipe)
            if code != 0 or self.stopping.is_set():
                self.exit_code = 0 if self.stopping.is_set() else 1
                return False
        return True

    def _cast(self) -> list[Child]:
        public = os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{self.door.getsockname()[1]}")
        children = []
        if os.environ.get("YIKE_DEMO") == "1" and not os.environ.get("STRIPE_SECRET_KEY"):
            children.append(self._sandbox(public))
        if os.environ.get("YIKE_DEMO") == "1" and not os.environ.get("MQTT_URL"):
            children.append(self._broker())
        number = self.door.fileno()
        children.append(Child("http", "backend", ["serve"], {doors.VARIABLE: str(number)}, [number]))
        children.append(Child("emergency", "backend", ["worker", "--lanes", "emergency"]))
        children.append(Child("worker", "backend", ["worker", "--lanes", "other"]))
        return [*children, Child("receivers", "backend", ["receivers"])]

    def _sandbox(self, public: str) -> Child:
        """The payment sandbox; its address and keys go to the others through the environment, as Stripe's own would.

        It keeps its port over restarts of everything, because open payments hold links to it.
        """
        state = self.home / "stripe-sandbox"
        state.mkdir(parents=True, exist_ok=True)
        port = doors.free_port(ports.read(state).get("stripe", 0))
        ports.publish(state, stripe=port)
        ports.publish(self.home, stripe=port)
        secret = f"whsec_{secrets.token_hex(16)}"
        os.environ["STRIPE_API_BASE"] = f"http://127.0.0.1:{port}"
        os.environ["STRIPE_SECRET_KEY"] = f"sk_test_{secrets.token_hex(12)}"
        os.environ["STRIPE_PUBLISHABLE_KEY"] = f"pk_test_{secrets.token_hex(12)}"
        os.environ["STRIPE_WEBHOOK_SECRET"] = secret
        arguments = ["--port", str(port), "--state", str(state), "--webhook-url", f"{public}{WEBHOOKS}"]
        return Child("stripe", SANDBOX, [*arguments, "--webhook-secret", secret])

    def _broker(self) -> Child:
        """The demo's MQTT broker; it keeps its port over restarts, because devices hold it."""
        wanted = ports.read(self.home / "mqtt").get("mqtt", int(os.environ.get("MQTT_PORT") or 0))
        (self.home / "mqtt").mkdir(parents=True, exist_ok=True)
        port = doors.free_port(wanted)
        ports.publish(self.home / "mqtt", mqtt=port)
        ports.publish(self.home, mqtt=port)
        os.environ["MQTT_URL"] = f"mqtt://127.0.0.1:{port}"
        return Child("mqtt", BROKER, ["--port", str(port)])

    async def _greet(self) -> None:
        url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        if await asyncio.to_thread(welcome.wait_until_ready, url, 60.0):
            cast = await asyncio.to_thread(welcome.people, url)
            print(welcome.text(url, cast, time.monotonic() - self.begun), flush=True)
        else:
            say("up", f"{url}/readyz does not answer 200 yet; see the lines above")

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for child in self.children:
            child.send(signal.SIGTERM)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=PATIENCE)
            for child in self.children:
                child.send(signal.SIGKILL)
            if late:
                await asyncio.wait(late, timeout=2)
        with contextlib.suppress(OSError):
            os.close(self._held)
