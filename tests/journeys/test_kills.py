"""kill -9 of the worker, the sockets process or Postgres in the middle of a journey: after the restart it ends, once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.steps import at_the_desk, finish, pays, told
from tests.living import District, wait_for
from tests.sockets.peer import until

pytestmark = [pytest.mark.xdist_group("living"), pytest.mark.kills]
VICTIMS = ["worker", "http", "postgres"]  # `http` serves the sockets too
URGENT = ["emergency", "http", "postgres"]  # the worker that alarms and handoffs wait for


@pytest.mark.parametrize("victim", URGENT)
def test_an_alarm_survives(district: District, victim: str) -> None:
    """Killed while the alarm is on its way, and once more before it is answered: the open desk hears of it once."""
    resident, dispatcher = district.person("resident", 7), district.person("dispatcher")
    body = {"id": str(uuid4()), "kind": "sos"}

    async def raise_before_the_desk() -> str:
        async with at_the_desk(district, dispatcher) as screen:
            sent = asyncio.create_task(asyncio.to_thread(resident.insist, "/emergency/alarms", body))
            await asyncio.to_thread(district.kill, victim)
            incident = str((await sent)["incident"]["id"])
            await until(lambda: told(screen, "incident.opened", f"/emergency/incidents/{incident}"), 90)
            await asyncio.to_thread(district.kill, victim)
            await asyncio.to_thread(district.wait_until_ready)
            await asyncio.to_thread(finish, dispatcher, incident)
            await until(lambda: told(screen, "incident.resolved", f"/emergency/incidents/{incident}"), 90)
            offsets = [offset for offset, _ in screen.publications]
            assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))
            assert len(told(screen, "incident.opened", f"/emergency/incidents/{incident}")) == 1
            return incident

    incident = asyncio.run(raise_before_the_desk())
    assert resident.insist("/emergency/alarms", body)["incident"]["id"] == incident
    happened = [line["event"] for line in dispatcher.get(f"/emergency/incidents/{incident}")["timeline"]]
    for event in ("incident.opened", "incident.acknowledged", "incident.resolved"):
        assert happened.count(event) == 1


def test_silence_escalates_although_the_worker_is_killed(district: District) -> None:
    resident, dispatcher = district.person("resident", 6), district.person("dispatcher")
    raised = resident.insist("/emergency/alarms", {"id": str(uuid4()), "kind": "sos"})["incident"]["id"]
    district.kill("emergency")
    path = f"/emergency/incidents/{raised}"
    wait_for(lambda: "incident.escalated" in [line["event"] for line in dispatcher.get(path)["timeline"]], 120)
    finish(dispatcher, raised)


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_payment_survives(district: District, victim: str) -> None:
    """Killed while the payment is begun, and again while the provider tells that it was paid."""
    resident = pays(district, VICTIMS.index(victim) * 3)
    bill = resident.get("/bills?state=open")["items"][0]
    body = {"bill_ids": [bill["id"]], "method": "alipay", "return_url": f"{district.url}/app"}
    key = {"Idempotency_Key": str(uuid4())}
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(resident.insist, "/payments", body, **key)
        district.kill(victim)
        payment = sent.result(timeout=120)
    district.wait_until_ready()
    assert resident.insist("/payments", body, **key)["id"] == payment["id"]
    district.authorize(payment["id"])
    district.kill(victim)
    district.wait_until_ready()
    wait_for(lambda: resident.get(f"/payments/{payment['id']}")["state"] == "paid", 150)
    paid = resident.get(f"/bills/{bill['id']}")
    assert (paid["state"], paid["paid"]) == ("paid", bill["amount"])
    topics = [n["topic"] for n in resident.get("/inbox")["items"] if n["about"] == f"/api/v1/payments/{payment['id']}"]
    assert topics.count("payment.received") == 1
    assert district.person("auditor").get("/ledger/trial-balance")["total"] == 0


@pytest.mark.parametrize("victim", URGENT)
def test_a_report_that_smells_of_gas_survives(district: District, victim: str) -> None:
    """Killed while the report is on its way or is handed over: one ticket, one incident, and the work goes to its end."""
    resident, dispatcher = district.person("resident", 5), district.person("dispatcher")
    manager, technician = district.person("manager"), district.person("technician")
    body = {"id": str(uuid4()), "category": "gas-smell", "text": "楼道里有煤气味", "home_id": resident.about["home_id"]}
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(resident.insist, "/tickets", body)
        district.kill(victim)
        ticket = sent.result(timeout=120)
    district.wait_until_ready()
    assert resident.insist("/tickets", body)["number"] == ticket["number"]

    def incidents() -> list[Any]:
        found = dispatcher.get("/emergency/incidents?limit=200")["items"]
        mine = [i for i in found if i["person"] and i["person"]["id"] == resident.id and i["kind"] == "gas"]
        return [i for i in mine if i["state"] != "resolved"]

    opened = wait_for(incidents, 120)
    assert len(opened) == 1
    finish(dispatcher, opened[0]["id"])

    path = f"/tickets/{ticket['id']}"
    manager.insist(f"{path}/accept", {}, Idempotency_Key=str(uuid4()))
    manager.insist(f"{path}/assign", {"assignee_id": technician.id}, Idempotency_Key=str(uuid4()))
    technician.insist(f"{path}/start", {}, Idempotency_Key=str(uuid4()))
    with ThreadPoolExecutor() as pool:
        ended = pool.submit(technician.insist, f"{path}/resolve", {"note": "ok"}, Idempotency_Key=str(uuid4()))
        district.kill(victim)
        assert ended.result(timeout=120)["state"] == "resolved"
    district.wait_until_ready()
    happened = [line["event"] for line in resident.get(f"{path}/timeline")["items"] if line["kind"] == "event"]
    assert happened.count("ticket.resolved") == 1
    assert incidents() == []
