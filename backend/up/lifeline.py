"""Runs a module that ends when its supervisor does, even when the supervisor is killed: `python -m backend.up.lifeline MODULE …`.

The supervisor holds the writing end of a pipe and this process the reading end. The kernel closes the other end however the
supervisor dies, on Linux and macOS alike.
"""

import os
import runpy
import signal
import sys
import threading
import time

VARIABLE = "YIKE_LIFELINE"
GRACE = 8.0


def hold(descriptor: int) -> None:
    """Watch the pipe in a thread; at its end ask this process to stop, and after `GRACE` seconds make it."""

    def watch() -> None:
        while os.read(descriptor, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


if __name__ == "__main__":
    if kept := os.environ.pop(VARIABLE, ""):
        hold(int(kept))
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
