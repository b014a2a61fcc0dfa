"""The doors for devices: alarm receivers over TCP, UDP and MQTT."""

import argparse
import asyncio
import signal

PROCESS = "receivers"


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(args: argparse.Namespace) -> None:
    from backend.emergency import receivers

    async def until_stopped() -> None:
        work = asyncio.ensure_future(receivers.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            if not work.cancelled():
                raise

    asyncio.run(until_stopped())
