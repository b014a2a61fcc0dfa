"""`python -m sandbox.mqtt --port N`: a broker that any program of this machine may use, until it is stopped.

It is the pure-Python `amqtt`, so that a demo needs no system package. A district runs a real broker with a password for each device
(`MQTT_URL`): this one queues nothing for a subscriber that is away, and devices have to send again until our word comes.
"""

from __future__ import annotations

import argparse
import asyncio
import signal

from amqtt.broker import Broker

ANYBODY = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


async def serve(port: int) -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 5000}
    broker = Broker({"listeners": {"default": listener}, "plugins": ANYBODY})
    await broker.start()
    await stopped.wait()
    await broker.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.mqtt", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
