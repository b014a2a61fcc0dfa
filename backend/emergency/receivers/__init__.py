"""Device doors of their own process: nothing else can slow an alarm. Commit first, acknowledge after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from backend.core import ports
from backend.emergency.receivers import mqtt_door
from backend.emergency.receivers.dc09_door import Door
from backend.env import env

THREADS = 8
log = structlog.get_logger(__name__)


async def run(ready: Callable[[], object] | None = None) -> None:
    """Open DC-09 on TCP and UDP at `env.dc09_port` (0: any free one) and serve until cancelled.

    The real port is published as `dc09` in `ports.json`; `ready` is called when both doors are open. With `env.mqtt_url` the broker
    there is a door too, which opens by itself whenever the broker can be reached.
    """
    mqtt = mqtt_door.Door(env.mqtt_url, client_id=env.mqtt_client_id, group=env.mqtt_group) if env.mqtt_url else None
    with ThreadPoolExecutor(THREADS, thread_name_prefix="dc09") as threads:
        door = Door(threads)
        try:
            port = await door.open(env.dc09_host, env.dc09_port)
            ports.publish(env.home_path, dc09=port)
            log.info("receivers.open", dc09=port)
            if mqtt is not None:
                mqtt.open()
            if ready is not None:
                ready()
            await asyncio.Event().wait()
        finally:
            await door.close()
            if mqtt is not None:
                await asyncio.to_thread(mqtt.close)
