"""Workers are killed again and again while they send: each delivery reaches its channel, a repeat under the same id."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from backend.core.clock import now
from notifications.deliveries import Delivery
from tests.cast import Cast
from tests.fakes.fcm import FakeFcm
from tests.notifications.courier_process import Worker
from tests.notifications.letters import tell
from tests.notifications.test_fcm_batches import devices

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kills]
DEVICES, NOTICES, KILLS = 20, 9, 2
PATIENCE = 120.0
TOPIC = "login.reuse.text"  # one that the worker knows


@pytest.fixture
def workers(fcm: FakeFcm) -> Iterator[list[Worker]]:
    """Two of them, sending to the FCM-shaped server."""
    settings = {
        "FCM_CREDENTIALS": str(fcm.credentials),
        "FCM_BASE_URL": fcm.base_url,
        "REQUESTS_CA_BUNDLE": str(fcm.authority),
        "YIKE_PROCESS": "worker",
    }
    fcm.delay = 0.2
    made = [Worker(**settings), Worker(**settings)]
    yield made
    fcm.delay = 0.0
    for worker in made:
        worker.kill()


def test_killed_workers_lose_no_delivery_and_repeat_only_under_the_same_id(
    cast: Cast, fcm: FakeFcm, workers: list[Worker]
) -> None:
    chance = random.Random(7)
    devices(cast, *(f"ok-{number}" for number in range(DEVICES)))
    for worker in workers:
        worker.start()
    for number in range(NOTICES):
        tell(cast.wang.id, urgency="emergency" if number % 3 == 0 else "normal", topic=TOPIC, params={})
    pushes = Delivery.objects.filter(channel="fcm", topic=TOPIC)
    expected = set(map(str, pushes.values_list("id", flat=True)))
    assert len(expected) == DEVICES * NOTICES
    until = time.monotonic() + PATIENCE
    kills = 0
    while pushes.exclude(state="sent").exists() and time.monotonic() < until:
        if kills < KILLS and len(fcm.sent) > kills * 40:
            victim = chance.choice(workers)
            victim.kill()
            kills += 1
            Delivery.objects.filter(lease__isnull=False, due_at__isnull=False).update(
                due_at=now()
            )  # its claims, now, not in 90 s
            if kills < KILLS:  # the other one goes on alone: starting a process is what costs time here
                victim.start()
        time.sleep(0.05)
    arrived = Counter(message["data"]["delivery_id"] for message in fcm.sent)
    assert kills == KILLS
    assert set(arrived) == expected
    assert not pushes.exclude(state="sent").exists()
