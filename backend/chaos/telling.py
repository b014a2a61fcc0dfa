"""The one who tells: `python -m backend.chaos.telling COUNT SECONDS SEED PERSON…` queues deliveries in the home of YIKE_HOME.

A process of its own, as the service itself writes. Each person gets `DEVICES` devices; then, in a fair mix, emergencies (by the
same `notify` that an incident calls) and ordinary pushes, until about COUNT are queued, spread over SECONDS.
"""

from __future__ import annotations

import os
import random
import sys
import time
from uuid import UUID

from backend.up import database

DEVICES = 25
TOPIC = "login.reuse.text"
ABOUT = "/api/v1/chaos"


def tell(count: int, seconds: float, seed: int, people: list[UUID]) -> None:
    """Queue them; a third are emergencies."""
    from backend.core.ids import uuid7
    from backend.core.verb import verb
    from backend.people.actor import Actor
    from notifications import addresses, broadcasts, notices

    @verb("chaos.devices", audited=False)
    def given(actor: Actor, *, person: UUID) -> None:
        for number in range(DEVICES):
            addresses.add(person, addresses.FCM, f"ok-{person}-{number}", device_key=f"chaos {number}")

    @verb("chaos.emergency", audited=False)
    def alarmed(actor: Actor, *, person: UUID) -> None:
        notices.notify(person, TOPIC, {}, about=ABOUT, urgency="emergency")

    @verb("chaos.ordinary", audited=False)
    def told(actor: Actor, *, person: UUID) -> None:
        broadcasts.push([person], TOPIC, {}, about=ABOUT, source_id=uuid7())

    dice = random.Random(seed)  # noqa: S311 - chaos that can be repeated
    writer = Actor.system("worker")
    for person in people:
        given(writer, person=person)
    turns = -(-count // DEVICES)
    begun = time.monotonic()
    for turn in range(turns):
        (alarmed if dice.random() < 1 / 3 else told)(writer, person=dice.choice(people))
        time.sleep(max(0.0, begun + (turn + 1) * seconds / turns - time.monotonic()))


def main() -> None:
    os.environ |= {"YIKE_PROCESS": "worker", "DJANGO_SETTINGS_MODULE": "backend.settings"}
    database.export()
    import django

    django.setup()
    count, seconds, seed, *people = sys.argv[1:]
    tell(int(count), float(seconds), int(seed), [UUID(person) for person in people])


if __name__ == "__main__":
    main()
