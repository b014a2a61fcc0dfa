"""Every read tried on everybody's things: a path for each operation that names one, the list itself for the others."""

from __future__ import annotations

from collections.abc import Callable

from backend.core.jobs import Job
from backend.directory.models import Booking
from payments.models import Account, Bill, LedgerAccount
from tests.permissions.call import Call
from tests.permissions.world import World

Probe = Callable[[World, str], Call]


def _home_id(world: World, owner: str) -> object:
    return Bill.objects.get(id=world.bills[owner]).home_id


def _home(world: World, owner: str) -> str:
    return f"home_id={_home_id(world, owner)}"


def _book(world: World, owner: str) -> object:
    return LedgerAccount.objects.filter(payee=Bill.objects.get(id=world.bills[owner]).payee).order_by("code")[0].id


def _offer(world: World, owner: str) -> object:
    return Booking.objects.get(id=world.bookings[owner]).offer_id


PROBES: dict[str, Probe] = {
    "GET /accounts": lambda world, owner: Call(),
    "GET /accounts/{account_id}": lambda world, owner: Call(
        {"account_id": Account.objects.get(bills__id=world.bills[owner]).id}
    ),
    "GET /auth/sessions": lambda world, owner: Call(),
    "GET /bills": lambda world, owner: Call(),
    "GET /bills/{bill_id}": lambda world, owner: Call({"bill_id": world.bills[owner]}),
    "GET /bookings": lambda world, owner: Call(query=f"offer_id={_offer(world, owner)}"),
    "GET /bookings/{booking_id}": lambda world, owner: Call({"booking_id": world.bookings[owner]}),
    "GET /circle": lambda world, owner: Call(query=_home(world, owner)),
    "GET /claims": lambda world, owner: Call(query=f"state={'pending' if owner == 'wang' else 'confirmed'}"),
    "GET /deliveries": lambda world, owner: Call(),
    "GET /deliveries/unsent": lambda world, owner: Call(),
    "GET /directory/applications": lambda world, owner: Call(),
    "GET /directory/corrections": lambda world, owner: Call(),
    "GET /directory/imports": lambda world, owner: Call(),
    "GET /directory/proposals": lambda world, owner: Call(),
    "GET /directory/queue": lambda world, owner: Call(),
    "GET /duty": lambda world, owner: Call(),
    "GET /emergency/devices": lambda world, owner: Call(),
    "GET /emergency/incidents": lambda world, owner: Call(),
    "GET /emergency/incidents/{incident_id}": lambda world, owner: Call({"incident_id": world.incidents[owner]}),
    "GET /homes/{home_id}/occupancy": lambda world, owner: Call({"home_id": _home_id(world, owner)}),
    "GET /homes/{home_id}/residents": lambda world, owner: Call({"home_id": _home_id(world, owner)}),
    "GET /inbox": lambda world, owner: Call(),
    "GET /jobs/{job_id}": lambda world, owner: Call({"job_id": Job.objects.get(owner_id=world[owner].id).id}),
    "GET /ledger/accounts/{account_id}": lambda world, owner: Call({"account_id": _book(world, owner)}),
    "GET /ledger/trial-balance": lambda world, owner: Call(),
    "GET /me": lambda world, owner: Call(),
    "GET /me/access-log": lambda world, owner: Call(),
    "GET /me/consents": lambda world, owner: Call(),
    "GET /me/export": lambda world, owner: Call(),
    "GET /me/checklists": lambda world, owner: Call(),
    "GET /me/corrections": lambda world, owner: Call(),
    "GET /me/delegations": lambda world, owner: Call(),
    "GET /me/homes": lambda world, owner: Call(),
    "GET /people/{person_id}": lambda world, owner: Call({"person_id": world[owner].id}),
    "GET /preferences": lambda world, owner: Call(),
    "GET /providers/applications": lambda world, owner: Call(),
    "GET /providers/mine": lambda world, owner: Call(),
    "GET /providers/proposals": lambda world, owner: Call(),
    "GET /tickets": lambda world, owner: Call(),
    "GET /tickets/similar": lambda world, owner: Call(
        query=f"category=home-water&lon=116.46&lat=39.9&{_home(world, owner)}"
    ),
    "GET /tickets/{id}": lambda world, owner: Call({"id": world.tickets[owner]}),
    "GET /tickets/{id}/timeline": lambda world, owner: Call({"id": world.tickets[owner]}),
}
NOT_PROBED = {
    "GET /bookings/{booking_id}/calendar.ics": "a time and a place, nothing of persons; the matrix tries it",
    "GET /buildings/{building_id}/homes": "names of flats, nothing of persons",
    "GET /circle/area": "a shape on the map",
    "GET /channels": "ways of sending and their providers, nothing of persons",
    "GET /clients": "programs, nothing of persons",
    "GET /clients/{client_id}": "programs, nothing of persons",
    "GET /directory/imports/template.csv": "the same for everybody",
    "GET /directory/imports/{sheet_id}": "a sheet of places; the matrix tries it",
    "GET /directory/imports/{sheet_id}/report": "a sheet of places; the matrix tries it",
    "GET /directory/imports/{sheet_id}/report.csv": "a sheet of places; the matrix tries it",
    "GET /directory/networks": "streets, nothing of persons",
    "GET /directory/photos/{photo_id}": "a picture; the matrix tries it",
    "GET /me/checklists/{checklist_id}": "steps of a life event without words of one's own; the matrix tries it",
    "GET /email": "one's own address alone, by no id",
    "GET /emergency/devices/{device_id}/keys": "names of keys, never the keys",
    "GET /homes/{home_id}/claims/{claim_id}/evidence/{evidence_id}": "a picture; the matrix tries it",
    "GET /jobs/{job_id}/result": "a file sealed under its owner's key; the matrix tries it",
    "GET /offers": "what can be booked, nothing of persons",
    "GET /payments/{payment_id}": "the matrix tries it on a payment of its own",
    "GET /payments/{payment_id}/receipt.pdf": "compressed; the matrix tries it on a payment of its own",
    "GET /people/{person_id}/grants": "roles on places, by ids; the tests of grants try its reach",
    "GET /photos/{id}": "a picture; the matrix tries it",
    "GET /tickets/categories": "the same for everybody",
    "GET /tickets/kpis": "numbers",
    "GET /topics": "the same for everybody",
}
"""Reads that are not tried on everybody's things, and why."""
