"""The whole cast with something of everything in it, each private word unique: a canary that must never be heard by a stranger."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from importlib import import_module
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from backend.core import vault
from backend.core.jobs import Job
from backend.directory.curated import acting as curating
from backend.directory.intake import corrections
from backend.emergency import actions as emergency
from backend.people import profile, web_login
from backend.people.models import Residency, Session, User
from backend.people.reading import CARE, NAME
from backend.tickets import actions as tickets
from notifications import addresses
from tests.conftest import KEPT
from tests.directory.bookings import making
from tests.emergency.builders import make_device
from tests.payments import books
from tests.whole_cast import WholeCast

OWNERS = ("wang", "neighbour", "outsider")
"""A resident, one of the same building, one of another subdistrict with another company."""
KINDS = (
    "name", "phone", "care", "identity", "evidence", "contact", "contactphone", "ticket", "comment", "staffword", "alarmnote",
    "incidentnote", "bookingnote", "correction", "payee", "account", "device", "push", "login", "job",
)  # fmt: skip
NOT_KEPT = KEPT | {"django_session"}


def canary(kind: str, owner: str) -> str:
    """Letters and digits only, so that no escaping can hide it."""
    return f"canary7{kind}7{owner}"


class World(WholeCast):
    """`tickets`, `incidents` and `bills` of each owner by name; `canaries` maps (kind, owner) to what must not be heard."""

    claim: UUID
    residency: UUID
    tickets: dict[str, UUID]
    incidents: dict[str, UUID]
    bills: dict[str, UUID]
    bookings: dict[str, UUID]
    circle: UUID

    @staticmethod
    def tables() -> tuple[str, ...]:
        """Every table that holds rows; foreign keys wait for the end of the transaction, so the order does not matter."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
                "AND NOT relispartition"
            )
            names = sorted({name for (name,) in cursor.fetchall()} - NOT_KEPT)
            probe = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names)
            cursor.execute(probe)
            return tuple(name for (name,) in cursor.fetchall())

    def _build(self) -> None:
        super()._build()
        self.tickets, self.incidents, self.bills, self.bookings = {}, {}, {}, {}
        self.claim = Residency.objects.get(user=self.pending.user).id
        self.residency = Residency.objects.get(user=self.tenant.user).id
        staff = {"outsider": ("other_company_manager", "other_dispatcher", self.other_company)}
        for number, owner in enumerate(OWNERS):
            manager, dispatcher, company = staff.get(owner, ("manager", "dispatcher", self.company))
            self._private(owner, number)
            self._words(owner, manager, dispatcher)
            self._money(owner, company)
            self._booking(owner)
        officer, place = self.district_officer.actor, self.community.id
        self.circle = curating.draft(officer, division_id=place, kind="culture", name="演示文化圈").id

    def _private(self, owner: str, number: int) -> None:
        member = self[owner]
        user = User.objects.get(id=member.id)
        user.name_sealed = vault.seal(user.id, NAME, canary("name", owner))
        user.care_notes_sealed = vault.seal(user.id, CARE, canary("care", owner))
        user.identity_sealed = vault.seal(user.id, "people.user.identity", canary("identity", owner))
        user.save()
        Residency.objects.filter(user=user).update(
            evidence_sealed=vault.seal(user.id, "people.residency.evidence", canary("evidence", owner))
        )
        contact = {"name": canary("contact", owner), "phone": self.contact_phone(owner), "relation": "女儿"}
        profile.set_contacts(member.actor, contacts=[contact])
        addresses.add(user.id, "fcm", canary("push", owner), device_key="phone", platform="android")
        Session.objects.filter(id=member.session.id).update(device_name=canary("login", owner))
        Job.objects.create(kind="test", owner_id=user.id, result_name=canary("job", owner), error=canary("job", owner))
        home, community = Residency.objects.get(user=user).home, self.community
        make_device(self, canary("device", owner), user=user, home=home, community=home.community or community)
        self.members[owner] = replace(member, user=user)

    @property
    def places_of_outsider(self) -> tuple[UUID, UUID, UUID]:
        """Community, compound and building."""
        return self.other_community.id, self.other_compound.id, self.other_home.building_id

    @cached_property
    def cookies(self) -> dict[str, dict[str, str]]:
        """Each person's web session as a browser keeps it."""
        found = {}
        for role, member in self.members.items():
            store = import_module(settings.SESSION_ENGINE).SessionStore()
            store[web_login.KEY] = str(member.session.id)
            store.save()
            found[role] = {settings.SESSION_COOKIE_NAME: store.session_key}
        return found

    def contact_phone(self, owner: str) -> str:
        return f"1370000{OWNERS.index(owner):04d}"

    def _words(self, owner: str, manager: str, dispatcher: str) -> None:
        ticket = tickets.report(self[owner].actor, category="home-water", text=canary("ticket", owner))
        tickets.comment(self[owner].actor, ticket_id=ticket.id, text=canary("comment", owner))
        tickets.comment(self[manager].actor, ticket_id=ticket.id, text=canary("staffword", owner), visibility="staff")
        self.tickets[owner] = ticket.id
        raised = emergency.raise_alarm(self[owner].actor, id=uuid4(), note=canary("alarmnote", owner)).incident
        emergency.acknowledge(self[dispatcher].actor, incident_id=raised.id)
        emergency.note(self[dispatcher].actor, incident_id=raised.id, text=canary("incidentnote", owner))
        said = {"to": "person", "result": "spoke", "text": canary("incidentnote", owner)}
        emergency.call(self[dispatcher].actor, incident_id=raised.id, **said)
        emergency.resolve(self[dispatcher].actor, incident_id=raised.id, disposition="real")
        self.incidents[owner] = raised.id

    def _money(self, owner: str, company: object) -> None:
        home = Residency.objects.get(user=self[owner].user).home
        payee = books.make_payee(canary("payee", owner), company=company)
        account = books.make_account(home, payee, books.make_tariff(payee, books.PROPERTY, basis="area"), "property")
        account.account_no = canary("account", owner)
        account.save()
        self.bills[owner] = books.bill_for(account).pk

    def _booking(self, owner: str) -> None:
        """At a venue of the owner's community, kept by its workers."""
        community = self.other_community if owner == "outsider" else self.community
        hall = making.make_offer(self, venue=True, community=community, title="演示·活动室")
        self.bookings[owner] = making.book(self[owner], hall, note=canary("bookingnote", owner)).id
        said = {"kind": "other", "text": canary("correction", owner)}
        corrections.report(self[owner].actor, service_id=hall.place.service_id, **said)

    @cached_property
    def canaries(self) -> dict[tuple[str, str], str]:
        """(kind, owner) → the words to search for."""
        spoken = {"phone": lambda owner: self[owner].phone[3:], "contactphone": self.contact_phone}
        return {
            (kind, owner): spoken[kind](owner) if kind in spoken else canary(kind, owner)
            for kind in KINDS
            for owner in OWNERS
        }
