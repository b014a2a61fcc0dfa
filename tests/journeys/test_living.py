"""The three journeys through the front door: real processes, HTTP and WebSocket, the official socket client."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from centrifuge import Client, PublicationContext, SubscriptionEventHandler

from tests.living import District, Person, wait_for
from tests.pictures import jpeg_with_a_place

pytestmark = [pytest.mark.xdist_group("living"), pytest.mark.kills]
BUTTON = "DEMO-BTN-0001"


class Seen(SubscriptionEventHandler):
    def __init__(self) -> None:
        self.events: list[Any] = []
        self.came = asyncio.Event()

    async def on_publication(self, ctx: PublicationContext) -> None:
        self.events.append(ctx.pub.data)
        self.came.set()


async def watch(district: District, dispatcher: Person, act: Any, wanted: str) -> tuple[Any, list[Any]]:
    """Do `act` in a thread while the dispatcher's desk is open; the act's answer, and the events until `wanted` came."""
    division = next(r["scope"]["id"] for r in dispatcher.about["roles"] if r["role"] == "dispatcher")
    client = Client(f"{district.url.replace('http', 'ws')}/ws/v1", token=dispatcher.token)
    seen = Seen()
    subscription = client.new_subscription(f"desk:{division}", seen)
    await client.connect()
    await subscription.subscribe()
    await subscription.ready(timeout=5)
    answer = await asyncio.to_thread(act)
    async with asyncio.timeout(10):
        while not any(event["event"] == wanted for event in seen.events):
            seen.came.clear()
            await seen.came.wait()
    await client.disconnect()
    return answer, seen.events


def finish(dispatcher: Person, incident: str) -> None:
    """Leave no incident of this test behind."""
    dispatcher.post(f"/emergency/incidents/{incident}/acknowledge")
    dispatcher.post(f"/emergency/incidents/{incident}/resolve", {"disposition": "test"})


def test_press_to_resolve(district: District) -> None:
    dispatcher, second = district.person("dispatcher"), district.person("dispatcher", 1)
    event_id = str(uuid4())
    answer, events = asyncio.run(
        watch(district, dispatcher, lambda: district.press(BUTTON, event_id), "incident.opened")
    )
    assert answer.status_code == 202
    told = answer.json()
    opened = next(e for e in events if e["event"] == "incident.opened")
    assert opened["about"] == f"/api/v1/emergency/incidents/{told['incident_id']}"
    assert district.press(BUTTON, event_id).json()["signal_id"] == told["signal_id"]
    path = f"/emergency/incidents/{told['incident_id']}"
    taken = dispatcher.post(f"{path}/acknowledge")
    assert taken["owner"]["id"] == dispatcher.id
    refused = second.call("POST", f"{path}/acknowledge", {})
    assert refused.status_code == 409
    assert refused.json()["code"] == "already-acknowledged"
    assert dispatcher.call("POST", f"{path}/acknowledge", {}).status_code == 200
    dispatcher.post(f"{path}/call", {"to": "person", "result": "spoke"})
    done = dispatcher.post(f"{path}/resolve", {"disposition": "real", "text": "ok"})
    assert (done["state"], done["disposition"]) == ("resolved", "real")
    events_told = [line["event"] for line in dispatcher.get(path)["timeline"]]
    for event in ("incident.opened", "incident.acknowledged", "incident.called", "incident.resolved"):
        assert event in events_told


def test_an_sos_key_raises_an_alarm_when_the_token_is_long_gone(district: District) -> None:
    resident = district.person("resident", 4)
    body = {"id": str(uuid4()), "kind": "sos"}
    headers = {"Authorization": f"SOS {resident.session['sos_key']}"}
    first = resident.http.post("/api/v1/emergency/alarms", json=body, headers=headers)
    again = resident.http.post("/api/v1/emergency/alarms", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["incident"]["id"] == again.json()["incident"]["id"]
    finish(district.person("dispatcher"), first.json()["incident"]["id"])


@pytest.mark.parametrize(("method", "payer"), [("card", 0), ("alipay", 2), ("wechat_pay", 6)])
def test_bill_to_receipt(district: District, method: str, payer: int) -> None:
    resident = pays(district, payer)
    bill = resident.get("/bills?state=open")["items"][0]
    assert sum(line["amount"] for line in bill["lines"]) == bill["amount"]
    payment = resident.post(
        "/payments",
        {"bill_ids": [bill["id"]], "method": method, "return_url": f"{district.url}/app"},
        Idempotency_Key=str(uuid4()),
    )
    if method != "card":
        assert payment["next_action"]
    district.authorize(payment["id"])
    wait_for(lambda: resident.get(f"/payments/{payment['id']}")["state"] == "paid", 10)
    assert resident.get(f"/bills/{bill['id']}")["state"] == "paid"
    receipt = resident.call("GET", f"/payments/{payment['id']}/receipt.pdf")
    assert receipt.status_code == 200
    assert receipt.content.startswith(b"%PDF")
    wait_for(lambda: [n for n in resident.get("/inbox")["items"] if "paid" in n["topic"] or "receipt" in n["topic"]])
    assert district.person("auditor").get("/ledger/trial-balance")["total"] == 0


def pays(district: District, position: int) -> Person:
    """A resident of the demo who still has open bills, beginning at a position."""
    for offset in range(20):
        resident = district.person("resident", (position + offset) % 20)
        if resident.get("/bills?state=open")["items"]:
            return resident
    raise AssertionError("nobody has an open bill")


def test_report_to_verify(district: District) -> None:
    resident, manager, technician = (district.person(role) for role in ("resident", "manager", "technician"))
    headers = {"Authorization": f"Bearer {resident.token}"}
    sent = resident.http.post(
        "/api/v1/photos", files={"file": ("leak.jpg", jpeg_with_a_place(), "image/jpeg")}, headers=headers
    )
    assert sent.status_code == 201, sent.text
    ticket = resident.post(
        "/tickets",
        {
            "id": str(uuid4()),
            "category": "home-water",
            "text": "水管漏水",
            "home_id": resident.about["home_id"],
            "photo_ids": [sent.json()["id"]],
        },
    )
    assert ticket["deadline"]
    path = f"/tickets/{ticket['id']}"
    photo = resident.call("GET", f"/photos/{sent.json()['id']}")
    assert b"GPS" not in photo.content
    assert manager.post(f"{path}/accept")["state"] == "accepted"
    assert manager.post(f"{path}/assign", {"assignee_id": technician.id})["state"] == "assigned"
    assert technician.post(f"{path}/start")["state"] == "in_progress"
    assert technician.post(f"{path}/resolve", {"note": "换了接头"})["state"] == "resolved"
    wrong = technician.call("POST", f"{path}/start", {})
    assert wrong.status_code == 409
    assert wrong.json()["code"] == "wrong-step"
    assert resident.post(f"{path}/verify")["state"] == "verified"
    assert manager.post(f"{path}/close")["state"] == "closed"
    assert len(resident.get(f"{path}/timeline")["items"]) >= 6
