"""Batches through the real firebase-admin SDK over TLS: every token and every delivery of a mixed batch ends in the right state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import moved, now
from backend.core.due import loops
from backend.core.verb import verb
from backend.people.actor import Actor
from notifications import addresses, breaker, failover, letters
from notifications.addresses import Address
from notifications.breaker import ProviderCircuit
from notifications.deliveries import Delivery
from tests.cast import Cast
from tests.fakes.fcm import FakeFcm
from tests.notifications.letters import tell

pytestmark = pytest.mark.django_db(transaction=True)

# prefix of the token → state, reason while or after, is the token retired, seconds until the next attempt
TABLE: dict[str, tuple[str, str, bool, tuple[float, float] | None]] = {
    "ok": ("sent", "", False, None),
    "unreg": ("failed", "token unregistered", True, None),
    "mismatch": ("failed", "token of another sender", True, None),
    "badarg": ("failed", "message refused", True, None),
    "badmsg": ("failed", "message refused", False, None),
    "quota": ("queued", "waiting: resource_exhausted", False, (6.0, 8.5)),
    "unavail": ("queued", "waiting: unavailable", False, (0.5, 2.5)),
    "internal": ("queued", "waiting: internal", False, (0.5, 2.5)),
    "apns": ("queued", "waiting: unauthenticated", False, (0.5, 2.5)),
    "slow": ("queued", "waiting: deadline_exceeded", False, (0.5, 2.5)),
}


@verb("test.devices", audited=False)
def _devices(actor: Actor, *, person_id: Any, tokens: list[str]) -> None:
    for token in tokens:
        addresses.add(person_id, addresses.FCM, token, device_key=f"device of {token}", platform="android")


def devices(cast: Cast, *tokens: str) -> None:
    _devices(cast.wang.actor, person_id=cast.wang.id, tokens=list(tokens))


def by_token() -> dict[str, Delivery]:
    """The pushes, by the beginning of their token."""
    tokens = addresses.values(Address.objects.filter(kind="fcm"))
    return {tokens[row.address_id].partition("-")[0]: row for row in Delivery.objects.filter(channel="fcm")}


def test_each_token_of_a_mixed_batch_ends_in_its_own_state(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]
) -> None:
    devices(cast, *(f"{prefix}-batch" for prefix in TABLE))
    tell(cast.wang.id)
    started = now()
    assert deliver() == len(TABLE)
    found = by_token()
    live = {address.value.partition("-")[0] for address in addresses.live(cast.wang.id, "fcm")}
    for prefix, (state, reason, is_retired, wait) in TABLE.items():
        row = found[prefix]
        assert (row.state, row.reason, prefix not in live) == (state, reason, is_retired), prefix
        if wait is None:
            assert (row.due_at, row.lease) == (None, None), prefix
        else:
            low, high = wait
            assert low <= (row.due_at - started).total_seconds() <= high + 4, prefix
            assert row.tried_since is not None
    asked_again = {"apns": 3}  # the SDK signs in anew, twice, when it is not believed
    assert fcm.hits == {f"{prefix}-batch": asked_again.get(prefix, 1) for prefix in TABLE}
    assert not ProviderCircuit.objects.exclude(retry_at=None).exists()  # one batch with a success is no outage


def test_more_than_five_hundred_go_out_in_batches_on_few_connections(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]
) -> None:
    devices(cast, *(f"ok-{number}" for number in range(510)))
    tell(cast.wang.id)
    fcm.most = 0
    assert deliver() == 510
    assert Delivery.objects.filter(channel="fcm", state="sent", provider="fcm").count() == 510
    assert len({message["data"]["delivery_id"] for message in fcm.sent}) == 510
    assert 1 < fcm.most <= 32


def test_a_push_that_is_repeated_carries_the_same_delivery_id(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]
) -> None:
    devices(cast, "ok-1")
    tell(cast.wang.id, urgency="emergency")
    (row,) = loops()["courier.fcm.emergency"].claim()
    failover.dispatch("fcm", [one for one in letters.written([row], {}) if isinstance(one, letters.Letter)])
    # the courier died here, after the provider's yes and before our mark
    assert Delivery.objects.get(channel="fcm").state == "queued"
    with moved(timedelta(seconds=91)):
        deliver()
    first, second = fcm.sent
    assert first["data"]["delivery_id"] == second["data"]["delivery_id"] == str(row.id)
    assert Delivery.objects.get(channel="fcm").state == "sent"


def test_a_push_service_that_is_down_is_left_alone_and_found_again_by_one_trial(
    cast: Cast, fcm: FakeFcm, deliver: Callable[[], int]
) -> None:
    devices(cast, *(f"flaky1-{number}" for number in range(6)))
    tell(cast.wang.id)
    deliver()
    circuit = ProviderCircuit.objects.get(name="fcm")
    assert (circuit.failures, circuit.opened) == (6, 1)
    with moved(timedelta(seconds=10)):
        deliver()
        assert sum(fcm.hits.values()) == 6  # nothing was even tried
        waiting = Delivery.objects.filter(channel="fcm")
        assert {row.reason for row in waiting} == {"waiting: the provider is left alone"}
    with moved(timedelta(seconds=60)):
        deliver()
    assert Delivery.objects.filter(channel="fcm", state="sent").count() == 6
    assert breaker.admit("fcm")[0] is breaker.Stand.CLOSED
