"""MQTT, QoS 1: what a device publishes is ours only when it is committed, and only then we say so.

A message waits in hand, unacknowledged to the broker, until its transaction has committed; then our acknowledgement goes out on
`devices/<serial>/acks`, and last the broker's PUBACK. When this process dies in between, the broker's persistent session hands the
message over again, and the same event id finds the same rows. The broker's own PUBACK to the device proves nothing; a device
sends again until our word comes.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from django.db import InterfaceError, OperationalError
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from backend.emergency.receivers import mqtt_intake
from backend.emergency.receivers.mqtt_intake import Message, Said

TOPIC = "devices/+/signals"
THREADS = 8
BATCH_SECONDS, BATCH = 0.02, 500
AGAIN_SECONDS = 0.5
# So often a message is tried that fails though the database can be reached; then the others have their turn.
TRIES = 20
KEEPALIVE = 15
# More than this the network thread does not read: the broker keeps the rest.
MOST_IN_HAND = 5000
Store = Callable[[Sequence[Message]], list[Said | None]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class InHand:
    """A message that the broker waits for; `connection` counts the connections, since a number is the broker's only within one."""

    message: Message
    mid: int
    qos: int
    connection: int


class Door:
    """One subscription. `url`: `mqtt://[user:password@]host[:port]` or `mqtts://…`; `group` shares the topic among doors."""

    def __init__(self, url: str, *, client_id: str, group: str = "") -> None:
        self.url, self.topic = urlsplit(url), f"$share/{group}/{TOPIC}" if group else TOPIC
        self.alarms: queue.Queue[InHand | None] = queue.Queue(MOST_IN_HAND)
        self.beats: queue.Queue[InHand | None] = queue.Queue(MOST_IN_HAND)
        self.stopping = threading.Event()
        self.is_open = threading.Event()
        self.connections = 0
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True)
        self.client.on_connect, self.client.on_disconnect = self._connected, self._disconnected
        self.client.on_message, self.client.on_subscribe = self._arrived, self._subscribed
        self.client.reconnect_delay_set(min_delay=1, max_delay=5)
        if self.url.username:
            self.client.username_pw_set(unquote(self.url.username), unquote(self.url.password or ""))
        if self.url.scheme == "mqtts":
            self.client.tls_set()
        self.threads = [threading.Thread(target=self._work, name=f"mqtt-{number}") for number in range(THREADS)]
        self.threads.append(threading.Thread(target=self._work_on_beats, name="mqtt-beats"))

    def open(self) -> None:
        """Connect now and, whenever the connection is lost, again; returns at once."""
        for thread in self.threads:
            thread.start()
        host, port = self.url.hostname or "127.0.0.1", self.url.port or (8883 if self.url.scheme == "mqtts" else 1883)
        self.client.connect_async(host, port, keepalive=KEEPALIVE)
        self.client.loop_start()

    def close(self) -> None:
        """Stop listening; what is being stored is still answered, what waits in hand stays with the broker."""
        self.stopping.set()
        with contextlib.suppress(queue.Full):  # this only wakes those who wait
            for _ in range(THREADS):
                self.alarms.put_nowait(None)
        with contextlib.suppress(queue.Full):
            self.beats.put_nowait(None)
        for thread in (one for one in self.threads if one.is_alive()):
            thread.join(timeout=10)
        self.client.disconnect()
        self.client.loop_stop()

    def _connected(self, client: Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            log.error("mqtt.refused", reason=str(reason))
            return
        self.connections += 1
        client.subscribe(self.topic, qos=1)

    def _subscribed(self, client: Client, userdata: Any, mid: int, reasons: Sequence[Any], properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("mqtt.not_subscribed", topic=self.topic)
            return
        log.info("mqtt.open", topic=self.topic)
        self.is_open.set()

    def _disconnected(self, client: Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        self.is_open.clear()
        if not self.stopping.is_set():
            log.warning("mqtt.lost", reason=str(reason))

    def _arrived(self, client: Client, userdata: Any, found: MQTTMessage) -> None:
        """In the network thread: put it where it belongs, and go on reading."""
        message = mqtt_intake.read(found.topic, bytes(found.payload))
        if message is None:
            client.ack(found.mid, found.qos)
            return
        waiting = InHand(message, found.mid, found.qos, self.connections)
        line = self.beats if message.beat() is not None else self.alarms
        while not self.stopping.is_set():
            with contextlib.suppress(queue.Full):
                line.put(waiting, timeout=1)
                return

    def _work(self) -> None:
        while (waiting := self._next(self.alarms)) is not None:
            self._keep([waiting], lambda told: [mqtt_intake.take(told[0])])

    def _work_on_beats(self) -> None:
        while (first := self._next(self.beats)) is not None:
            held, ends = [first], time.monotonic() + BATCH_SECONDS
            with contextlib.suppress(queue.Empty):
                while len(held) < BATCH and (following := self.beats.get(timeout=max(0.0, ends - time.monotonic()))):
                    held.append(following)
            self._keep(held, mqtt_intake.take_beats)

    def _keep(self, held: Sequence[InHand], store: Store) -> None:
        """Store what is in hand and answer; nothing when we stop before."""
        stored = self._insist([one.message for one in held], store)
        for one, answer in zip(held, stored or (), strict=bool(stored)):
            self._answer(one, answer)

    def _next(self, line: queue.Queue[InHand | None]) -> InHand | None:
        """The next in hand; None when we stop."""
        while not self.stopping.is_set():
            with contextlib.suppress(queue.Empty):
                return line.get(timeout=1)
        return None

    def _insist(self, messages: Sequence[Message], store: Store) -> list[Said | None] | None:
        """Store it however often that fails: the broker hands nothing over again while the connection lives. None: we stop.

        What fails `TRIES` times though the database answers is kept aside for the desk as it came: it holds no thread for ever, and
        the device, which hears no word of ours, goes on sending.
        """
        left = TRIES
        while not self.stopping.is_set():
            try:
                return store(messages) if left else mqtt_intake.set_aside(messages)
            except Exception as fault:
                left -= left > 0 and not isinstance(fault, (OperationalError, InterfaceError))
                log.error("mqtt.not_stored", error=type(fault).__name__, is_given_up=not left)
                self.stopping.wait(AGAIN_SECONDS)
        return None

    def _answer(self, held: InHand, said: Said | None) -> None:
        """Our word, then the broker's. A connection lost meanwhile costs no thread: the broker hands the message over again."""
        try:
            if said is not None:
                self.client.publish(held.message.acks, json.dumps(said), qos=1)
            if held.connection == self.connections:
                self.client.ack(held.mid, held.qos)
        except Exception as fault:
            log.error("mqtt.not_answered", error=type(fault).__name__)
