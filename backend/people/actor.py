"""Who acts: a person with homes and roles, a device, the system, or nobody known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal
from uuid import UUID

from backend.community import contracts
from backend.community.models import Division
from backend.core.clock import now, today
from backend.core.errors import Forbidden
from backend.people.models import RoleGrant, User
from backend.people.reach import Dwelling, Grant, Held, Reach, in_force
from backend.people.roles import AREAS, TABLE, Can, Power, Role

PLACES = frozenset({"community", "compound", "company", "division"})
FRESH = timedelta(minutes=15)
Kind = Literal["person", "device", "client", "system", "anonymous"]
Assurance = Literal["none", "sos", "otp", "mfa"]


class ReauthenticationRequired(Forbidden):
    """Prove again who you are, then repeat this."""

    code, zh = "reauthentication-required", "此操作需要重新验证身份"


class ReproofRequired(Forbidden):
    """This phone number was silent for a long time: prove first that the account is yours."""

    code, zh = "reproof-required", "该手机号长期未使用，请先确认账户归属"


@dataclass(frozen=True)
class Actor:
    """An immutable view of who acts, read once a request.

    `person_id` is in whose name it happens. `delegate_id` is set when somebody else does it for that person: then the homes are the
    person's, there are no roles, and `powers` says what was allowed. `is_limited`: a login that must first be proved (see `login`).
    """

    kind: Kind = "anonymous"
    person_id: UUID | None = None
    delegate_id: UUID | None = None
    powers: frozenset[Power] = frozenset()
    assurance: Assurance = "none"
    session_id: UUID | None = None
    authenticated_at: datetime | None = None
    is_limited: bool = False
    state: str = "active"
    language: str = "zh-CN"
    name: str = ""
    scopes: frozenset[str] = frozenset()
    dwellings: tuple[Dwelling, ...] = ()
    grants: tuple[Grant, ...] = ()
    _reaches: dict[Can, Reach] = field(default_factory=dict, compare=False, repr=False)
    _places: dict[tuple[Grant, ...], Reach] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def anonymous(cls) -> Actor:
        return cls()

    @classmethod
    def system(cls, name: str) -> Actor:
        """The service itself (worker, receiver, a command): rights are not asked of it."""
        return cls(kind="system", name=name, assurance="mfa")

    @classmethod
    def device(cls, device_id: UUID) -> Actor:
        return cls(kind="device", person_id=device_id)

    @classmethod
    def client(cls, client_id: UUID, scopes: frozenset[str]) -> Actor:
        """A kiosk or a partner system: no roles, no homes, only the scopes of its key."""
        return cls(kind="client", person_id=client_id, scopes=scopes)

    @classmethod
    def of(
        cls,
        user: User,
        *,
        assurance: Assurance = "otp",
        session_id: UUID | None = None,
        authenticated_at: datetime | None = None,
        is_limited: bool = False,
        held: Held | None = None,
    ) -> Actor:
        """A person with confirmed homes and roles in force (`held`, or read here in two queries); a limited login has neither."""
        active = user.state == User.State.ACTIVE and not is_limited
        if held is None:
            held = in_force([user.id])[user.id] if active else Held()
        return cls(
            kind="person",
            person_id=user.id,
            assurance=assurance,
            session_id=session_id,
            authenticated_at=authenticated_at,
            is_limited=is_limited,
            state=user.state,
            language=user.language,
            dwellings=tuple(
                Dwelling(r.home_id, r.home.building_id, r.home.compound_id, r.home.community_id, r.relation)
                for r in held.homes
            )
            if active
            else (),
            grants=tuple(Grant(Role(g.role), g.scope_kind, g.scope_id) for g in held.grants) if active else (),
        )

    def standing_in_for(self, person: User, powers: frozenset[Power]) -> Actor:
        """This person acting for another: that person's homes, none of anybody's roles."""
        theirs = Actor.of(person, assurance="otp", session_id=self.session_id)
        return replace(
            theirs,
            delegate_id=self.person_id,
            powers=powers,
            grants=(),
            language=self.language,
            authenticated_at=self.authenticated_at,
            _reaches={},
            _places={},
        )

    @property
    def acting_for(self) -> UUID | None:
        """The person in whose name a delegate acts; None when everybody acts for themselves."""
        return self.person_id if self.delegate_id else None

    @property
    def doer_id(self) -> UUID | None:
        """Who really does it."""
        return self.delegate_id or self.person_id

    @cached_property
    def homes(self) -> frozenset[UUID]:
        return frozenset(d.home_id for d in self.dwellings)

    @cached_property
    def building_ids(self) -> frozenset[UUID]:
        return frozenset(d.building_id for d in self.dwellings)

    @cached_property
    def compound_ids(self) -> frozenset[UUID]:
        return frozenset(d.compound_id for d in self.dwellings)

    @cached_property
    def community_ids(self) -> frozenset[UUID]:
        return frozenset(d.community_id for d in self.dwellings)

    @property
    def place_channels(self) -> list[str]:
        """The streams of the places where the person lives."""
        places = {"community": self.community_ids, "compound": self.compound_ids, "building": self.building_ids}
        return [f"{kind}:{place}" for kind, ids in places.items() for place in sorted(ids)]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(g.role for g in self.grants)

    def reach(self, permission: Can) -> Reach:
        """Where this permission holds. Staff permissions need `mfa`; without it, nowhere."""
        if permission not in self._reaches:
            self._reaches[permission] = self._reach(frozenset({permission}))
        return self._reaches[permission]

    def _reach(self, permissions: frozenset[Can]) -> Reach:
        if self.kind == "system":
            return Reach(everywhere=True)
        held = tuple(g for g in self.grants if TABLE[g.role] & permissions) if self.assurance == "mfa" else ()
        if held not in self._places:  # many permissions come from the same few grants
            self._places[held] = self._reach_of(held)
        return self._places[held]

    @staticmethod
    def _reach_of(held: tuple[Grant, ...]) -> Reach:
        """Where these grants hold, read once an actor."""
        if not held:
            return Reach()
        by = {kind: frozenset(g.scope_id for g in held if g.scope_kind == kind) for kind in RoleGrant.Scope.values}
        under = (
            Division.objects.filter(kind=Division.Kind.COMMUNITY, parent__in=by["subdistrict"])
            if by["subdistrict"]
            else None
        )
        companies = by["company"]
        return Reach(
            everywhere=bool(by["district"]),
            divisions=by["district"] | by["subdistrict"] | by["community"],
            communities=by["community"] | frozenset(under.values_list("id", flat=True) if under is not None else ()),
            compounds=by["compound"] | contracts.compounds_of(companies, today()),
            companies=companies,
        )

    def may(self, permission: Can, **places: UUID | None) -> bool:
        """Whether the permission holds on any of the places (`community`, `compound`, `company`, `division`).

        With none named: anywhere at all. A place that is None is nowhere: only who may everywhere may there.
        """
        if unknown := places.keys() - PLACES:
            raise TypeError(f"no such place: {', '.join(sorted(unknown))}")
        reach = self.reach(permission)
        if reach.everywhere:
            return True
        return bool(reach.ids & set(places.values())) if places else bool(reach)

    def require(self, permission: Can, **places: UUID | None) -> None:
        """Raise Forbidden unless `may`."""
        if not self.may(permission, **places):
            raise Forbidden

    def must_be_known(self) -> UUID:
        """The person's id. Raises Forbidden for anybody but a person."""
        if self.kind != "person" or self.person_id is None:
            raise Forbidden
        return self.person_id

    def must_be_fresh(self) -> None:
        """Raise ReauthenticationRequired unless this login proved the person within 15 minutes."""
        if self.kind == "system":
            return
        if self.authenticated_at is None or self.authenticated_at + FRESH < now():
            raise ReauthenticationRequired(fresh_for=int(FRESH.total_seconds()))

    def scope_settings(self) -> dict[str, str]:
        """What the row-level walls are told while this actor reads (see `backend.core.walls`)."""
        settings = {"yike.person": str(self.person_id or ""), "yike.homes": ",".join(map(str, sorted(self.homes)))}
        for area, permissions in AREAS.items():
            reach = self._reach(permissions) if self.grants or self.kind == "system" else Reach()
            settings[f"yike.{area}_all"] = "on" if reach.everywhere else ""
            settings[f"yike.{area}_ids"] = ",".join(map(str, sorted(reach.ids)))
        own = self.compound_ids | self.community_ids
        settings["yike.neighbourhood"] = ",".join(map(str, sorted(own)))
        return settings
