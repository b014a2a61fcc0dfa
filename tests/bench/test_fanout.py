"""The fan-out's clients and its baseline, small: every client hears every round, and the numbers make sense."""

from __future__ import annotations

from bench import fanout
from bench.home import free_ports, server


def test_a_crowd_hears_every_round_of_the_bare_broadcaster() -> None:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/"
    with server(["-m", "bench.broadcaster", "--port", str(port)], url) as process:
        spread = fanout._spread(
            process.pid, f"ws://127.0.0.1:{port}/", 30, [], range(1, 5), lambda n: fanout._post(url, "desk:1", n)
        )
    assert 0 < spread.p50 <= spread.p99 <= spread.last
    assert spread.connect_seconds > 0
