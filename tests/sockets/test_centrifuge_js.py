"""The unmodified centrifuge-js of npm, in both of its codecs, while processes, Valkey and so their sockets are killed: each client
ends with every offset of the table exactly once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
from asyncio.subprocess import PIPE
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from notifications.streams import StreamEvent
from tests.sockets.conftest import SocketsProcess, Valkey
from tests.sockets.peer import logged_in, publish, threaded, until
from tests.sockets.test_kills import kill

pytestmark = pytest.mark.django_db(transaction=True)
HERE = Path(__file__).resolve().parent
FOLDER = Path(os.environ.get("YIKE_NPM") or HERE.parents[1] / ".yike-npm")
INSTALL = "npm install --no-save --prefix .yike-npm centrifuge@5.8.0 ws@8.23.0"
SEED, WRITES = 20261123, 60


def _is_installed() -> bool:
    kept = [FOLDER / "node_modules" / name / "package.json" for name in ("centrifuge", "ws")]
    return shutil.which("node") is not None and all(one.exists() for one in kept)


class Listeners:
    """The process of the JavaScript clients. `heard`: client and channel → (offset, data) in the order in which they came."""

    def __init__(self, clients: list[dict[str, Any]]) -> None:
        self.clients = clients
        self.heard: dict[tuple[str, str], list[tuple[int, Any]]] = defaultdict(list)
        self.subscribed: set[tuple[str, str]] = set()
        self.connecting: list[int] = []
        self.ended: list[Any] = []

    async def run(self) -> None:
        """Until it is cancelled."""
        settings = os.environ | {"NODE_PATH": str(FOLDER / "node_modules")}
        process = await asyncio.create_subprocess_exec(
            "node", str(HERE / "listener.cjs"), stdin=PIPE, stdout=PIPE, env=settings
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(self.clients).encode() + b"\n")
            async for line in process.stdout:
                self._note(json.loads(line))
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def _note(self, told: dict[str, Any]) -> None:
        match told["event"]:
            case "publication":
                self.heard[told["name"], told["channel"]].append((told["offset"], told["data"]["data"]))
            case "subscribed":
                self.subscribed.add((told["name"], told["channel"]))
            case "connecting":
                self.connecting.append(told["code"])
            case _:
                self.ended.append(told)


@pytest.mark.skipif(not _is_installed(), reason=f"needs node, and in the repository's root: {INSTALL}")
def test_the_javascript_clients_hear_what_the_table_holds(hosts: list[SocketsProcess], valkey: Valkey) -> None:
    cast, dice = logged_in(), random.Random(SEED)
    compound, desk = f"compound:{cast.compound.id}", f"desk:{cast.community.id}"
    people = {"wang": (cast.wang, compound), "neighbour": (cast.neighbour, compound)}
    people |= {"dispatcher": (cast.dispatcher, desk), "second": (cast.second_dispatcher, desk)}
    listeners = Listeners(
        [
            {
                "name": name,
                "url": hosts[number % 2].url,
                "token": member.token(),
                "protobuf": number in (1, 2),
                "channel": channel if channel == desk else None,
            }
            for number, (name, (member, channel)) in enumerate(people.items())
        ]
    )
    expected = {(name, channel) for name, (_, channel) in people.items()}

    async def write(channel: str, is_over: asyncio.Event) -> None:
        written = 0
        while written < WRITES or not is_over.is_set():
            await publish(channel, 2, start=written)
            written += 2
            await asyncio.sleep(dice.random() * 0.08)

    async def story() -> None:
        is_over = asyncio.Event()
        running = asyncio.create_task(listeners.run())
        try:
            await until(lambda: expected <= listeners.subscribed or running.done())
            assert not running.done(), "the listeners ended"
            writing = [asyncio.create_task(write(channel, is_over)) for channel in (compound, desk)]
            await kill(hosts, valkey)
            is_over.set()
            await asyncio.gather(*writing)
            tops = await threaded(lambda: {c: StreamEvent.objects.filter(channel=c).count() for c in (compound, desk)})
            await until(lambda: all(len(listeners.heard[one]) >= tops[one[1]] for one in expected), 15)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(story())
    assert len([code for code in listeners.connecting if code]) >= len(people)
    assert listeners.ended == []
    for name, channel in sorted(expected):
        rows = StreamEvent.objects.filter(channel=channel).order_by("offset")
        kept = [(row.offset, row.data) for row in rows]
        assert [offset for offset, _ in kept] == list(range(1, len(kept) + 1))
        assert listeners.heard[name, channel] == kept, f"{name} heard something else"


def test_the_proof_names_the_versions_that_it_ran_with() -> None:
    """What CI installs and what the skip tells to install are the same."""
    ci = (HERE.parents[1] / ".ci" / "run").read_text()
    assert " ".join(INSTALL.split()[-2:]) in ci
