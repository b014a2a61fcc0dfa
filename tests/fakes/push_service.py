"""The FCM-shaped fake as a process of its own, for measurements and chaos: `python -m tests.fakes.push_service FOLDER`.

Its first line says the settings with which a worker uses it. For each line of its input it answers with one line:
{delivery: [when it first arrived, when it last did (seconds since 1970), how often, urgency]}. It ends when its input does.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.fakes.fcm import FakeFcm
from tests.fakes.server import Answer


class Counting(FakeFcm):
    """Keeps when each delivery arrived instead of the messages. `delay`: what a push takes, in seconds."""

    def __init__(self, home: Path, delay: float) -> None:
        self.arrived: dict[str, list[Any]] = {}
        super().__init__(home)
        self.delay = delay

    def reply(self, message: dict[str, Any]) -> Answer:
        told = message["data"]
        with self.lock:
            moment = time.time()
            kept = self.arrived.setdefault(told["delivery_id"], [moment, moment, 0, told["urgency"]])
            kept[1:3] = moment, kept[2] + 1
        self.asked.clear()
        time.sleep(self.delay)
        return Answer(200, {"name": f"messages/{told['delivery_id']}"})


def main() -> None:
    server = Counting(Path(sys.argv[1]), delay=0.03)
    settings = {
        "FCM_CREDENTIALS": str(server.credentials),
        "FCM_BASE_URL": server.base_url,
        "REQUESTS_CA_BUNDLE": str(server.authority),
    }
    print(json.dumps(settings), flush=True)
    for _ in sys.stdin:
        with server.lock:
            told = json.dumps(server.arrived)
        print(told, flush=True)


if __name__ == "__main__":
    main()
