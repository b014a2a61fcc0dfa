"""A desk's screen: a WebSocket that speaks the Centrifuge client protocol and keeps what it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

Json = dict[str, Any]


class Screen:
    """One connection. `seen` holds (monotonic seconds, channel, publication's data) in order of arrival."""

    def __init__(self, socket: Connection) -> None:
        self.socket = socket
        self.seen: list[tuple[float, str, Json]] = []
        self.replies: dict[int, Json] = {}
        self.news = threading.Condition()
        self.sent = 0

    def listen(self) -> None:
        """Read frames until the socket closes (runs in a thread); an empty object is a ping and is answered."""
        try:
            for frame in self.socket:
                for line in str(frame).splitlines():
                    self._take(json.loads(line))
        except ConnectionClosed:
            pass

    def ask(self, method: str, params: Json) -> Json:
        """Send a command and wait for its reply; raises RuntimeError when it is refused or none comes."""
        self.sent += 1
        number = self.sent
        self.socket.send(json.dumps({"id": number, method: params}))
        reply = self._wait(lambda: self.replies.get(number), 10)
        if reply is None or "error" in reply:
            raise RuntimeError(f"{method}: {reply}")
        result: Json = reply[method]
        return result

    def wait_for(self, test: Callable[[Json], bool], seconds: float) -> tuple[float, str, Json]:
        """The first publication that passes, with when and on which channel it came; raises TimeoutError."""
        found: tuple[float, str, Json] | None = self._wait(
            lambda: next((one for one in self.seen if test(one[2])), None), seconds
        )
        if found is None:
            raise TimeoutError("the desk was not told")
        return found

    def _wait(self, find: Callable[[], Any], seconds: float) -> Any:
        ends = time.monotonic() + seconds
        with self.news:
            while (found := find()) is None and (left := ends - time.monotonic()) > 0:
                self.news.wait(left)
        return found

    def _take(self, message: Json) -> None:
        if not message:
            self.socket.send("{}")
            return
        with self.news:
            if "id" in message:
                self.replies[message["id"]] = message
            elif publication := message.get("push", {}).get("pub"):
                self.seen.append((time.monotonic(), message["push"]["channel"], publication["data"]))
            self.news.notify_all()


@contextmanager
def watching(base: str, token: str, channels: list[str]) -> Iterator[Screen]:
    """Connected with the token and subscribed to the channels for the length of the block."""
    with connect(f"ws://{urlsplit(base).netloc}/ws/v1", open_timeout=10) as socket:
        screen = Screen(socket)
        threading.Thread(target=screen.listen, daemon=True).start()
        screen.ask("connect", {"token": token})
        for channel in channels:
            screen.ask("subscribe", {"channel": channel})
        yield screen
