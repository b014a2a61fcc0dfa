"""The supervisor's children: restarted when they die, gone when it is gone."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.core import ports
from backend.up import doors
from backend.up.children import Child

PARENT = """
import asyncio, os, sys
from backend.up.children import Child
reading, writing = os.pipe()
child = Child("door", "http.server", ["--bind", "127.0.0.1", sys.argv[1]])
asyncio.run(child.keep_running(reading, asyncio.Event()))
"""


def until(met: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.kills
def test_a_killed_child_is_started_again() -> None:
    port = doors.free_port(0)

    async def lives_twice() -> list[int]:
        reading, writing = os.pipe()
        stopping = asyncio.Event()
        child = Child("door", "http.server", ["--bind", "127.0.0.1", str(port)])
        task = asyncio.create_task(child.keep_running(reading, stopping))
        seen = []
        for _ in range(2):
            assert await asyncio.to_thread(until, lambda: answers(port))
            assert child.process is not None
            seen.append(child.process.pid)
            if len(seen) == 2:
                stopping.set()
            child.send(signal.SIGKILL)
            assert await asyncio.to_thread(until, lambda: not answers(port))
        await asyncio.wait_for(task, 5)
        os.close(reading)
        os.close(writing)
        return seen

    first, second = asyncio.run(lives_twice())
    assert first != second
    assert not answers(port)


@pytest.mark.kills
def test_a_killed_supervisor_takes_its_children_with_it() -> None:
    port = doors.free_port(0)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(port)], stdout=subprocess.DEVNULL)
    assert until(lambda: answers(port))
    parent.kill()
    parent.wait()
    assert until(lambda: not answers(port))


def test_a_door_that_is_taken_is_named_with_the_way_out() -> None:
    with doors.opened("127.0.0.1", 0) as door, pytest.raises(doors.DoorTaken, match=r"is not free.*PORT="):
        doors.opened("127.0.0.1", door.getsockname()[1])


def test_ports_published_at_once_are_all_there(tmp_path: Path) -> None:
    program = """if True:
        import sys; from pathlib import Path; from backend.core import ports
        ports.publish(Path(sys.argv[1]), **{sys.argv[2]: 1})"""
    writers = [subprocess.Popen([sys.executable, "-c", program, tmp_path, f"door{n}"]) for n in range(6)]
    assert [writer.wait(30) for writer in writers] == [0] * 6
    assert ports.read(tmp_path) == {f"door{n}": 1 for n in range(6)}
    assert "door0" not in ports.publish(tmp_path, door0=None)
