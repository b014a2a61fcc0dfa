"""kill -9 of the worker, the sockets process or Postgres in the middle of a journey: after the restart it ends, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.test_living import finish, pays
from tests.living import District, wait_for

pytestmark = [pytest.mark.xdist_group("living"), pytest.mark.kills]
VICTIMS = ["worker", "http", "postgres"]


def ready(district: District) -> None:
    wait_for(district._is_ready, 40)


@pytest.mark.parametrize("victim", VICTIMS)
def test_an_alarm_survives(district: District, victim: str) -> None:
    resident, dispatcher = district.person("resident", 7), district.person("dispatcher")
    body = {"id": str(uuid4()), "kind": "sos"}
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(resident.insist, "/emergency/alarms", body)
        district.kill(victim)
        told = sent.result(timeout=60)
    ready(district)
    again = resident.insist("/emergency/alarms", body)
    assert again["incident"]["id"] == told["incident"]["id"]
    path = f"/emergency/incidents/{told['incident']['id']}"

    def escalated() -> bool:
        events = [line["event"] for line in dispatcher.get(path)["timeline"]]
        assert events.count("incident.opened") == 1
        return "incident.escalated" in events

    wait_for(escalated, 60)
    finish(dispatcher, told["incident"]["id"])


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_payment_survives(district: District, victim: str) -> None:
    resident = pays(district, VICTIMS.index(victim) * 3)
    bill = resident.get("/bills?state=open")["items"][0]
    body = {"bill_ids": [bill["id"]], "method": "alipay", "return_url": f"{district.url}/app"}
    key = {"Idempotency_Key": str(uuid4())}
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(resident.insist, "/payments", body, **key)
        district.kill(victim)
        payment = sent.result(timeout=60)
    ready(district)
    assert resident.insist("/payments", body, **key)["id"] == payment["id"]
    district.authorize(payment["id"])
    district.kill(victim)
    ready(district)
    wait_for(lambda: resident.get(f"/payments/{payment['id']}")["state"] == "paid", 60)
    paid = resident.get(f"/bills/{bill['id']}")
    assert (paid["state"], paid["paid"]) == ("paid", bill["amount"])
    assert district.person("auditor").get("/ledger/trial-balance")["total"] == 0


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_report_that_smells_of_gas_survives(district: District, victim: str) -> None:
    resident, dispatcher = district.person("resident", 8), district.person("dispatcher")
    body = {"id": str(uuid4()), "category": "gas-smell", "text": "楼道里有煤气味", "home_id": resident.about["home_id"]}
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(resident.insist, "/tickets", body)
        district.kill(victim)
        ticket = sent.result(timeout=60)
    ready(district)
    assert resident.insist("/tickets", body)["id"] == ticket["id"]

    def incidents() -> list[Any]:
        found = dispatcher.get("/emergency/incidents?limit=200")["items"]
        mine = [i for i in found if i["person"] and i["person"]["id"] == resident.id and i["kind"] == "gas"]
        return [i for i in mine if i["state"] != "resolved"]

    opened = wait_for(incidents, 40)
    assert len(opened) == 1
    finish(dispatcher, opened[0]["id"])
