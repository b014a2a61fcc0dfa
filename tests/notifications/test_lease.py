"""What a killed worker had in hand: it waits until its claim ends, an emergency only shortly, and goes out under the same id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from backend.core.clock import moved
from backend.core.due import loops
from notifications import courier
from tests.cast import Cast
from tests.fakes.fcm import FakeFcm
from tests.notifications.letters import tell
from tests.notifications.test_fcm_batches import devices

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("urgency", "seconds"), [("emergency", 30), ("normal", 90)])
def test_a_dead_workers_claim_ends(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int], urgency: str, seconds: int
) -> None:
    courier.register_loops()
    devices(cast, "ok-phone")
    tell(cast.wang.id, urgency=urgency)
    (taken,) = loops()[f"courier.fcm.{urgency}"].claim()
    with moved(timedelta(seconds=seconds - 2)):
        deliver()
        assert fcm.sent == []
    with moved(timedelta(seconds=seconds + 1)):
        deliver()
    (message,) = fcm.sent
    assert message["data"]["delivery_id"] == str(taken.id)
    taken.refresh_from_db()
    assert taken.state == "sent"


def test_a_batch_of_emergencies_is_through_before_its_claim_ends() -> None:
    """Every letter of it may take the whole time-out for the connection and once more for the answer."""
    from notifications.channels import fcm as channel

    sizes = {channels: batches["emergency"][0] for channels, batches in courier.LANES}
    waves = -(-sizes[("fcm",)] // channel.CONNECTIONS)
    assert timedelta(seconds=waves * 2 * channel.TIMEOUT_SECONDS) < loops()["courier.fcm.emergency"].lease


def test_a_batch_of_pushes_is_through_before_its_claim_ends() -> None:
    """All that the lane's threads have in hand shares the connections, and every letter may take the time-out twice."""
    from notifications.channels import fcm as channel

    batch, threads = next(sizes["normal"] for channels, sizes in courier.LANES if channels == ("fcm",))
    waves = -(-batch * threads // channel.CONNECTIONS)
    assert timedelta(seconds=waves * 2 * channel.TIMEOUT_SECONDS) < loops()["courier.fcm.normal"].lease
