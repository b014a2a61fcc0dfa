"""A button of the demo speaks MQTT to the demo's broker: its desk sees it, and it hears our word."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from backend.core import ports
from tests.emergency.broker import Button
from tests.journeys.steps import at_the_desk, finish, told
from tests.living import District
from tests.sockets.peer import until

pytestmark = [pytest.mark.xdist_group("living"), pytest.mark.kills]
SERIAL = "DEMO-BTN-0005"


def test_a_press_over_the_demos_broker_reaches_the_desk(district: District) -> None:
    dispatcher, event_id = district.person("dispatcher"), str(uuid4())
    button = Button(ports.read(district.home)["mqtt"], SERIAL)

    async def press_before_the_desk() -> Any:
        async with at_the_desk(district, dispatcher) as screen:
            button.say(event_id=event_id)
            ack = await asyncio.to_thread(button.told, event_id, 30)
            path = f"/emergency/incidents/{ack['incident_id']}"
            await until(lambda: told(screen, "incident.opened", path), 30)
            return ack

    try:
        first = asyncio.run(press_before_the_desk())
        button.say(event_id=event_id)
        again = button.told(event_id)
    finally:
        button.end()
    assert again == first
    finish(dispatcher, first["incident_id"])
