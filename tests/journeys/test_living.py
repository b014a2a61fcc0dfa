"""The three journeys through the front door: real processes, HTTP and WebSocket, the official socket client."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.steps import at_the_desk, billed_from_a_reading, finish, told
from tests.living import District, wait_for
from tests.pictures import jpeg_with_a_place
from tests.sockets.peer import until

pytestmark = [pytest.mark.xdist_group("living"), pytest.mark.kills]
BUTTON = "DEMO-BTN-0001"


def test_press_to_resolve(district: District) -> None:
    dispatcher, second = district.person("dispatcher"), district.person("dispatcher", 1)
    event_id = str(uuid4())

    async def press_before_the_desk() -> Any:
        async with at_the_desk(district, dispatcher) as screen:
            answer = await asyncio.to_thread(district.press, BUTTON, event_id)
            path = f"/emergency/incidents/{answer.json()['incident_id']}"
            await until(lambda: told(screen, "incident.opened", path), 30)
            return answer

    answer = asyncio.run(press_before_the_desk())
    assert answer.status_code == 202
    received = answer.json()
    assert district.press(BUTTON, event_id).json()["incident_id"] == received["incident_id"]
    path = f"/emergency/incidents/{received['incident_id']}"
    taken = dispatcher.post(f"{path}/acknowledge")
    assert taken["owner"]["id"] == dispatcher.id
    refused = second.call("POST", f"{path}/acknowledge", {})
    assert refused.status_code == 409
    assert refused.json()["code"] == "already-acknowledged"
    assert dispatcher.call("POST", f"{path}/acknowledge", {}).status_code == 200
    dispatcher.post(f"{path}/call", {"to": "person", "result": "spoke"})
    done = dispatcher.post(f"{path}/resolve", {"disposition": "real", "text": "ok"})
    assert (done["state"], done["disposition"]) == ("resolved", "real")
    happened = [line["event"] for line in dispatcher.get(path)["timeline"]]
    for event in ("incident.opened", "incident.acknowledged", "incident.called", "incident.resolved"):
        assert happened.count(event) == 1


def test_an_sos_key_raises_an_alarm_when_the_token_is_long_gone(district: District) -> None:
    resident = district.person("resident", 4)
    body = {"id": str(uuid4()), "kind": "sos"}
    headers = {"Authorization": f"SOS {resident.session['sos_key']}"}
    first = resident.http.post("/api/v1/emergency/alarms", json=body, headers=headers)
    again = resident.http.post("/api/v1/emergency/alarms", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["incident"]["id"] == again.json()["incident"]["id"]
    finish(district.person("dispatcher"), first.json()["incident"]["id"])


@pytest.mark.parametrize(("method", "kind"), [("card", "electricity"), ("alipay", "water"), ("wechat_pay", "gas")])
def test_reading_to_receipt(district: District, method: str, kind: str) -> None:
    resident = district.person("resident", 7)
    bill = billed_from_a_reading(district, resident, kind)
    assert sum(line["amount"] for line in bill["lines"]) == bill["amount"] > 0
    payment = resident.post(
        "/payments",
        {"bill_ids": [bill["id"]], "method": method, "return_url": f"{district.url}/app"},
        Idempotency_Key=str(uuid4()),
    )
    if method != "card":
        assert payment["parts"][0]["next_action"]
    district.authorize(payment["id"])
    wait_for(lambda: resident.get(f"/payments/{payment['id']}")["state"] == "paid")
    paid = resident.get(f"/bills/{bill['id']}")
    assert (paid["state"], paid["paid"], paid["unpaid"]) == ("paid", bill["amount"], 0)
    receipt = resident.call("GET", f"/payments/{payment['id']}/receipt.pdf")
    assert receipt.status_code == 200
    assert receipt.content.startswith(b"%PDF")
    told_of = [(n["topic"], n["about"]) for n in resident.get("/inbox")["items"]]
    assert told_of.count(("payment.received", f"/api/v1/payments/{payment['id']}")) == 1
    assert ("bill.issued", f"/api/v1/bills/{bill['id']}") in told_of
    assert district.person("auditor").get("/ledger/trial-balance")["total"] == 0


def test_a_bill_is_issued_once(district: District) -> None:
    account = district.person("resident", 1).get("/accounts")["items"][0]["account_no"]
    billed = district.person("resident", 1).get("/bills?state=open")["items"][0]["period_start"][:7]
    again = district.command("issue-bills", "--account-no", account, "000", "--month", billed)
    assert again.returncode == 1
    assert "already-billed" in again.stderr
    assert "no account has this number" in again.stderr


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
    assert photo.status_code == 200
    assert b"Exif" not in photo.content
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
