"""The journeys as clients make them: the same message under the same id again and again, until it is answered."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from backend.chaos.promises import Paid, Promises
from backend.core import ports
from backend.emergency.protocols import dc09, dc09_crypto
from backend.story import alarm
from backend.story.client import Api, Json, Refused

T = TypeVar("T")
PATIENCE = 120.0  # seconds until a client gives up; what it gave up is counted as broken
BUSY = {"idempotency-key-busy", "payment-in-progress"}


class GaveUp(Exception):
    """No answer for so long that something must be wrong."""


@dataclass
class World:
    """What the loops share. `stop`: begin nothing new; what was begun is brought to its answer."""

    base: str
    home: Any
    promises: Promises
    stop: threading.Event

    def insist(self, journey: str, once: Callable[[], T]) -> T:
        """Call until it is answered; a refusal that is no outage is raised, and silence beyond all patience too."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                return once()
            except Refused as refused:
                if refused.status < 500 and refused.status != 429 and refused.problem.get("code") not in BUSY:
                    raise
            except (OSError, http.client.HTTPException, ValueError):
                pass
            self.promises.repeat(journey)
            time.sleep(0.2)
        raise GaveUp(f"{journey}: no answer for {PATIENCE:g} s")


def made_id(dice: random.Random) -> str:
    """A UUID of this run's seed."""
    return str(UUID(int=dice.getrandbits(128), version=4))


def press(world: World, device: Json, dice: random.Random) -> None:
    """A button that signs over HTTPS: the same bytes until 202."""
    while not world.stop.wait(dice.uniform(0.1, 0.8)):
        event = made_id(dice)
        said = {"event_id": event, "kind": "sos", "at": datetime.now(UTC).isoformat(timespec="seconds"), "battery": 80}
        body = json.dumps(said).encode()

        def once(body: bytes = body) -> Json:
            signed = alarm.signature(body, device["key_id"], device["secret"])
            headers = {"Content-Type": "application/json", **signed}
            answer: Json = json.loads(Api(world.base).raw("POST", alarm.SIGNALS, body, headers))
            return answer

        told = world.insist("press", once)
        world.promises.press(device["serial"], event, told["signal_id"], told["incident_id"])


def speak(world: World, device: Json, dice: random.Random) -> None:
    """A pendant that speaks encrypted DC-09 over TCP: the same number until ACK, stamped anew each time."""
    number = dice.randint(1, 5000)
    while not world.stop.wait(dice.uniform(0.3, 1.2)):
        number += 1
        head = f'"*ADM-CID"{number:04d}L0#{device["account"]}['.encode()
        text = f"#{device['account']}|1101 00 001]".encode()

        def once(head: bytes = head, text: bytes = text) -> None:
            sealed = dc09_crypto.encrypt(bytes.fromhex(device["aes_key"]), text + dc09.stamp(datetime.now(UTC)))
            port = ports.read(world.home).get("dc09", 1)
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                line.sendall(dc09.wrap(head + sealed))
                if b"ACK" not in line.recv(1024):
                    raise OSError("not acknowledged")

        world.insist("DC-09 call", once)
        world.promises.frame(device["account"], f"{number:04d}")


def answer(world: World, dispatcher: Api, dice: random.Random) -> None:
    """A dispatcher who takes and ends what is open, so that new presses open new incidents."""
    while not world.stop.wait(dice.uniform(0.5, 1.5)):
        found = world.insist("desk", lambda: dispatcher.get("/emergency/incidents", state="open", limit=20))
        for incident in found["items"][:5]:
            finish(world, dispatcher, incident["id"])


def finish(world: World, dispatcher: Api, incident: str) -> None:
    """Acknowledge and resolve one incident; a repeat of the same click meets its own answer."""
    path = f"/emergency/incidents/{incident}"
    with suppress(Refused):  # somebody else has it, or it is over
        world.insist("desk", lambda: dispatcher.post(f"{path}/acknowledge", {}))
        key = {"Idempotency-Key": f"chaos-{incident}"}
        world.insist("desk", lambda: dispatcher.post(f"{path}/resolve", {"disposition": "test"}, **key))
        world.promises.resolve(incident)


def report(world: World, resident: Api, dice: random.Random) -> None:
    """A resident who reports, every other time a smell of gas, under one id until it is taken."""
    while not world.stop.wait(dice.uniform(0.3, 1.0)):
        is_dangerous = dice.random() < 0.5
        said = {"id": made_id(dice), "category": "gas-smell" if is_dangerous else "home-water", "text": "混沌演练"}
        taken = world.insist("report", lambda said=said: resident.post("/tickets", said))  # type: ignore[misc]
        if taken["id"] != said["id"]:
            world.promises.breaks(f"report {said['id']} was answered with {taken['id']}")
        world.promises.report(said["id"], is_dangerous=is_dangerous)


def pay(world: World, resident: Api, dice: random.Random) -> None:
    """A resident who pays one open bill after another; the bank refuses every second time, and the bill is paid later."""
    left: set[str] = set()
    while not world.stop.wait(dice.uniform(0.1, 0.5)):
        open_bills = world.insist("payment", lambda: resident.get("/bills", state="open", limit=200))["items"]
        bill = next((one for one in open_bills if one["id"] not in left), None)
        if bill is None:
            return
        if not _pay(world, resident, bill, dice):
            left.add(bill["id"])


def _pay(world: World, resident: Api, bill: Json, dice: random.Random) -> bool:
    """One payment: begin, tap, wait. False when its end has not come yet; its bill is then left alone."""
    key, method = made_id(dice), dice.choice(("card", "alipay", "wechat_pay"))
    outcome = dice.choice(("success", "fail"))
    body = {"bill_ids": [bill["id"]], "method": method, "return_url": f"{world.base}/app"}
    begun = world.insist("payment", lambda: resident.post("/payments", body, **{"Idempotency-Key": key}))
    world.promises.pay(key, Paid(resident.id, begun["id"], outcome))

    def tapped() -> None:
        path = f"/demo/sandbox/authorize/{begun['id']}?outcome={outcome}"
        done = json.loads(Api(world.base).raw("POST", path, b""))
        if not done["parts"] and not _is_over(resident, begun["id"]):
            raise OSError("there was nothing to tap yet")

    world.insist("payer's tap", tapped)
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if world.insist("payment", lambda: _is_over(resident, begun["id"])):
            return True
        time.sleep(0.2)
    return False


def _is_over(resident: Api, payment: str) -> bool:
    state: str = resident.get(f"/payments/{payment}")["state"]
    return state not in {"creating", "pending", "processing"}
