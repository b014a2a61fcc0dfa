"""The operator's view: what went to whom and why not; a test of a channel goes as an alarm would."""

from __future__ import annotations

import pytest

from notifications import addresses
from notifications.deliveries import Delivery
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = {"category": "noise", "text": "深夜施工"}


def report(cast: Cast) -> None:
    answer = Http(cast.wang).post("/tickets", REPORT | {"home_id": str(cast.home.id)})
    assert answer.status_code == 201, answer.content


def test_a_persons_deliveries_are_found_with_their_reasons_and_without_addresses(cast: Cast) -> None:
    report(cast)
    answer = Http(cast.admin).get(f"/deliveries?person_id={cast.wang.id}&state=skipped")
    (row,) = answer.json()["items"]
    assert (row["channel"], row["reason"]) == ("fcm", "not sent: no address for this")
    assert cast.wang.phone[-8:] not in answer.content.decode()
    assert "深夜施工" not in answer.content.decode()
    assert Http(cast.admin).get(f"/deliveries?person_id={cast.outsider.id}").json()["items"] == []


def test_a_test_goes_to_ones_own_address_in_the_lane_of_alarms(cast: Cast) -> None:
    admin = Http(cast.admin)
    assert admin.post("/channels/fcm/test").json()["code"] == "no-own-address"
    addresses.add(cast.admin.id, addresses.FCM, "ok-1")
    made = admin.post("/channels/fcm/test")
    assert made.status_code == 201
    row = Delivery.objects.get(topic="delivery.test")
    assert (row.person_id, row.urgency, row.channel) == (cast.admin.id, "emergency", "fcm")
    assert admin.post("/channels/pigeon/test").status_code == 404


def test_every_topic_is_shown_with_its_words_and_ways_and_can_be_tried(cast: Cast) -> None:
    admin = Http(cast.admin)
    shown = {one["topic"]: one for one in admin.get("/topics").json()["items"]}
    bill = shown["bill.issued"]
    assert bill["blanks"] == ["amount", "due_on", "kind", "kind_en"]
    assert {"zh", "en", "zh-plain", "en-plain"} <= bill["texts"].keys()
    assert [rung["ways"] for rung in shown["payment.failed"]["ladder"]] == [["push"], ["sms"]]
    sent = admin.post("/topics/bill.issued/test", {"params": {"amount": "12.34"}})
    assert sent.status_code == 201
    assert "12.34" in sent.json()["text"]
    assert "<due_on>" in sent.json()["text"]
    assert [one["topic"] for one in admin.get("/inbox").json()["items"]] == ["bill.issued"]
    assert admin.post("/topics/no.such/test", {}).status_code == 404
