"""A message on `devices/<serial>/signals` becomes a signal. Sync; runs in the door's threads.

The body is the one of `POST /emergency/signals`: `{event_id, kind, code?, at, battery?, value?, unit?, lon?, lat?}`, where the kind
`heartbeat` says only that the device lives. Who may publish on a serial's topic is the broker's to check (a password or certificate
for each device, an access list by its name): a registered MQTT device is believed, any other sender is kept
and shown as a stranger.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import close_old_connections, connection

from backend.core.queries import looking_up
from backend.emergency.actions import heartbeats, receive_signal, receive_unsigned
from backend.emergency.doors import event_id
from backend.emergency.intake import Arrival
from backend.emergency.interpretation import percent
from backend.emergency.models import Device
from backend.emergency.protocols.contact_id import HEARTBEAT
from backend.people.actor import Actor

LARGEST = 8192
_TOPIC = re.compile(r"devices/([^/+#\x00-\x1f]{1,64})/signals")
SYSTEM = "receivers"
Said = dict[str, str | None]


@dataclass(frozen=True)
class Message:
    """One message as the broker handed it over."""

    serial: str
    body: bytes

    @property
    def acks(self) -> str:
        """The topic on which the device waits for our word."""
        return f"devices/{self.serial}/acks"

    def beat(self) -> tuple[str, int | None] | None:
        """(event id, battery) of a heartbeat; None for everything that must be stored."""
        try:
            told: Any = json.loads(self.body) if len(self.body) <= LARGEST else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or told.get("kind") != HEARTBEAT:
            return None
        return event_id(self.body), percent(told.get("battery"))


def read(topic: str, body: bytes) -> Message | None:
    """The message of a topic; None for a topic that is no device's."""
    found = _TOPIC.fullmatch(topic)
    return Message(found[1], body) if found else None


def take(message: Message) -> Said | None:
    """Store what a device says; our acknowledgement `{event_id, signal_id, incident_id}`, None when there is none to give.

    Raises whatever the database raises: nothing is acknowledged then, and the message is kept in hand.
    """
    close_old_connections()
    try:
        return _take(message)
    except Exception:
        connection.close()
        raise
    finally:
        close_old_connections()


def _take(message: Message) -> Said | None:
    device = _devices([message.serial]).get(message.serial)
    is_ours = device is not None and device.protocol == Device.Protocol.MQTT
    if len(message.body) > LARGEST or (device is not None and not is_ours):
        why = "too-large" if len(message.body) > LARGEST else "wrong-door"
        receive_unsigned(
            Actor.system(SYSTEM),
            protocol="mqtt",
            raw=message.body,
            sender=f"mqtt:{message.serial}",
            device_id=device.id if device else None,
            why=why,
        )
        return None
    event = event_id(message.body)
    arrival = Arrival(
        source=f"device:{device.id}" if device else f"mqtt:{message.serial}",
        event_id=event,
        protocol="mqtt",
        raw=message.body,
        owner_id=device.owner_id if device else Arrival.owner_id,
        device_id=device.id if device else None,
        community_id=device.community_id if device else None,
        is_authentic=is_ours,
    )
    received = receive_signal(Actor.device(device.id) if device else Actor.system(SYSTEM), arrival=arrival)
    incident = str(received.incident_id) if received.incident_id else None
    return {"event_id": event, "signal_id": str(received.signal_id), "incident_id": incident}


def take_beats(messages: Sequence[Message]) -> list[Said | None]:
    """Note the heartbeats of many devices in one transaction; their acknowledgements, None for a device that nobody registered.

    Raises whatever the database raises.
    """
    close_old_connections()
    try:
        known = _devices([message.serial for message in messages])
        seen: dict[Any, int | None] = {}
        answers: list[Said | None] = []
        for message in messages:
            device, beat = known.get(message.serial), message.beat()
            is_ours = device is not None and device.protocol == Device.Protocol.MQTT
            if device is not None and is_ours and beat is not None:
                seen[device.id] = beat[1] if beat[1] is not None else seen.get(device.id)
            answers.append({"event_id": beat[0], "signal_id": None} if is_ours and beat is not None else None)
        heartbeats(Actor.system(SYSTEM), seen=seen)
        for message, answer in zip(messages, answers, strict=True):
            if answer is None:
                _strange(message, known.get(message.serial))
        return answers
    except Exception:
        connection.close()
        raise
    finally:
        close_old_connections()


def set_aside(messages: Sequence[Message]) -> list[Said | None]:
    """Keep, as they came and for the desk to see, messages that could not be stored as what they are; no word is given.

    Raises whatever the database raises.
    """
    close_old_connections()
    try:
        known = _devices([message.serial for message in messages])
        for message in messages:
            _strange(message, known.get(message.serial), "not-stored")
        return [None] * len(messages)
    except Exception:
        connection.close()
        raise
    finally:
        close_old_connections()


def _strange(message: Message, device: Device | None, why: str = "") -> None:
    """What nobody answers for (a heartbeat of a device that is not registered, or not for this door): shown, within bounds."""
    receive_unsigned(
        Actor.system(SYSTEM),
        protocol="mqtt",
        raw=message.body,
        sender=f"mqtt:{message.serial}",
        device_id=device.id if device else None,
        why=why or ("wrong-door" if device else "unknown-device"),
    )


def _devices(serials: Sequence[str]) -> dict[str, Device]:
    with looking_up("device serial"):
        return {device.serial: device for device in Device.objects.filter(serial__in=serials)}
