"""The cast with everybody in it: a person, a login or a key for every role of the contract and every standing that counts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

from backend.core.clock import now
from backend.people.login import IDLE
from backend.people.models import Client, ClientKey, Delegation, RoleGrant, Session, User
from backend.people.roles import ClientScope, Power, Role
from tests.cast import TABLES, Cast, Member

SECRET = "matrix-secret-0123456789"
POWERS = {
    "delegate_pay": Power.PAY,
    "delegate_report": Power.REPORT,
    "delegate_book": Power.BOOK,
    "delegate_alarms": Power.SEE_ALARMS,
}
KEYS = {"kiosk": tuple(ClientScope), "partner": ()}
"""A kiosk that may do all that a client may, and a partner system that may do nothing."""


class WholeCast(Cast):
    """`ROLES` names everybody who is tried in the matrix; `headers(role)` is how they come."""

    tenant: Member

    @staticmethod
    def tables() -> tuple[str, ...]:
        return (*TABLES, "people_session", "people_delegation", "people_client", "people_clientkey")

    def _people(self) -> None:
        super()._people()
        self._staff("care_worker", Role.CARE_WORKER, self.community)
        self._staff("responder", Role.RESPONDER, self.community)
        self._staff("hotline_agent", Role.HOTLINE_AGENT, self.district)
        self._staff("cashier", Role.CASHIER, self.company)
        self._staff("provider", Role.PROVIDER, self.company)
        self._staff("other_dispatcher", Role.DISPATCHER, self.other_community)
        self._staff("other_subdistrict_officer", Role.SUBDISTRICT_OFFICER, self.other_subdistrict)
        self._staff("other_finance", Role.FINANCE, self.other_company)
        self._staff("former_dispatcher", Role.DISPATCHER, self.community)
        RoleGrant.objects.filter(user=self["former_dispatcher"].user).update(until=now() - timedelta(minutes=1))
        self._staff("suspended_manager", Role.MANAGER, self.company)
        User.objects.filter(id=self["suspended_manager"].id).update(state=User.State.SUSPENDED)
        self._staff("otp_manager", Role.MANAGER, self.company)
        self["otp_manager"].assurance = "otp"
        self.tenant = self._resident("tenant", "租客戊", self.home, "tenant")
        self._resident("landlord", "房东己", self.home, "landlord")
        self._resident("limited", "久别庚", self.home, "family")
        self._delegates()
        self._clients()
        for member in self.members.values():
            _ = member.session
        Session.objects.filter(id=self["limited"].session.id).update(is_limited=True)
        self._again("stale_wang", self.wang, authenticated_at=now() - timedelta(hours=1))
        self._again("stale_admin", self["admin"], authenticated_at=now() - timedelta(hours=1))
        self._again("logged_out", self.wang, revoked_at=now())

    def _delegates(self) -> None:
        for key, power in POWERS.items():
            self._delegate(self.add(key, f"代办{key}"), power, now() + timedelta(days=30))
        self._delegate(self.add("ended_delegate", "代办旧人"), Power.PAY, now() - timedelta(minutes=1))

    def _delegate(self, member: Member, power: Power, until: Any) -> None:
        Delegation.objects.create(
            person=self.wang.user,
            delegate=member.user,
            powers=[power],
            until=until,
            consent=Delegation.Consent.SELF,
            consented_at=now() - timedelta(days=1),
        )

    def _clients(self) -> None:
        for name, scopes in KEYS.items():
            client = Client.objects.create(
                name=name, kind="kiosk", scope_kind="community", scope_id=self.community.id, scopes=list(scopes)
            )
            ClientKey.objects.create(
                client=client, key_id=f"key{name}", secret_hash=hashlib.sha256(SECRET.encode()).digest()
            )

    def _again(self, key: str, member: Member, **standing: Any) -> None:
        """Another login of the same person."""
        session = Session.objects.create(
            user=member.user,
            device_key=f"phone-of-{key}",
            **({"assurance": "mfa", "expires_at": now() + IDLE} | standing),
        )
        self.members[key] = replace(member, key=key, _session=session)

    def headers(self, role: str) -> dict[str, str]:
        """The credential of this role, and for a delegate in whose name."""
        if role == "anonymous":
            return {}
        if role in KEYS:
            return {"Authorization": f"Key key{role}.{SECRET}"}
        found = {"Authorization": f"Bearer {self[role].token()}"}
        return found | ({"Acting-For": str(self.wang.id)} if role in POWERS or role == "ended_delegate" else {})


STAFF: dict[str, Role] = {
    role: Role(kind)
    for kind, roles in {
        "dispatcher": ("dispatcher", "second_dispatcher", "district_dispatcher", "other_dispatcher"),
        "manager": ("manager", "other_company_manager", "ended_company_manager"),
        "technician": ("technician",),
        "finance": ("finance", "other_finance"),
        "cashier": ("cashier",),
        "provider": ("provider",),
        "community_worker": ("community_worker", "other_community_worker"),
        "grid_worker": ("grid_worker",),
        "care_worker": ("care_worker",),
        "responder": ("responder",),
        "hotline_agent": ("hotline_agent",),
        "subdistrict_officer": ("subdistrict_officer", "other_subdistrict_officer"),
        "district_officer": ("district_officer",),
        "auditor": ("auditor",),
        "admin": ("admin", "stale_admin"),
    }.items()
    for role in roles
}
"""Who holds which role in force, with a second factor."""
NOBODY = ("anonymous", "logged_out", "suspended_manager")
RESIDENTS = ("wang", "stale_wang", "tenant", "landlord", "neighbour", "outsider", "pending", "ended_tenant", "limited")
ROLES: tuple[str, ...] = (
    *NOBODY,
    *RESIDENTS,
    *POWERS,
    "ended_delegate",
    "otp_manager",
    "former_dispatcher",
    *STAFF,
    *KEYS,
)
