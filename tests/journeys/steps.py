"""Steps that several journeys of a living district share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from backend.core.clock import BEIJING
from tests.living import District, Json, Person
from tests.sockets.peer import Followed, connected, follow


def desk_of(dispatcher: Person) -> str:
    """The channel of the dispatcher's own desk."""
    division = next(r["scope"]["id"] for r in dispatcher.about["roles"] if r["role"] == "dispatcher")
    return f"desk:{division}"


@asynccontextmanager
async def at_the_desk(district: District, dispatcher: Person) -> AsyncIterator[Followed]:
    """The dispatcher's screen, open for the length of the block, by the official client."""
    url = f"{district.url.replace('http', 'ws')}/ws/v1"
    async with connected(url, dispatcher.token) as (client, _):
        yield await follow(client, desk_of(dispatcher))


def told(screen: Followed, event: str, path: str) -> list[Any]:
    """What the screen was told of this event about this resource (an API path)."""
    return [data for _, data in screen.publications if data["event"] == event and data["about"] == f"/api/v1{path}"]


def finish(dispatcher: Person, incident: str) -> Json:
    """Take the incident and end it, insisting, so that nothing of this test is left behind."""
    path = f"/emergency/incidents/{incident}"
    dispatcher.insist(f"{path}/acknowledge", {})
    return dispatcher.insist(f"{path}/resolve", {"disposition": "test"}, Idempotency_Key=f"resolve-{incident}")


def pays(district: District, position: int) -> Person:
    """A resident of the demo who still has open bills, beginning at a position."""
    for offset in range(10):
        resident = district.person("resident", (position + offset) % 10)
        if resident.get("/bills?state=open")["items"]:
            return resident
    raise AssertionError("nobody has an open bill")


def billed_from_a_reading(district: District, resident: Person, kind: str) -> Json:
    """The resident reads the meter of this kind, the month's bill is issued from it; the bill."""
    account = next(a for a in resident.get("/accounts")["items"] if a["kind"] == kind)
    meter, moment = account["meter"], datetime.now(UTC)
    shown = Decimal(str(meter["last"]["value"])) + Decimal("3.25")
    reading = resident.post(f"/meters/{meter['id']}/readings", {"value": str(shown), "read_at": moment.isoformat()})
    assert Decimal(str(reading["value"])) == shown
    month = moment.astimezone(BEIJING).strftime("%Y-%m")
    issued = district.command("issue-bills", "--account-no", account["account_no"], "--month", month)
    assert issued.returncode == 0, issued.stderr
    bill: Json = resident.get(f"/bills?state=open&account_id={account['id']}")["items"][0]
    assert bill["period_start"] == f"{month}-01"
    assert bill["id"] in issued.stdout
    return bill
