"""The fixed cast of people and places that tests tell their stories with. All invented."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import connection, transaction
from django.test import Client

from backend.community.models import Building, Company, Compound, Division, Home, ServiceContract, Unit
from backend.core import vault
from backend.core.clock import now
from backend.people import phones, tokens
from backend.people.actor import Actor
from backend.people.login import IDLE, LoggedIn
from backend.people.models import Residency, RoleGrant, Session, User
from backend.people.reading import NAME
from backend.people.roles import Role
from notifications import addresses


@dataclass
class Member:
    """One of the cast; `actor` is read anew each time, as a request does."""

    key: str
    user: User
    phone: str
    assurance: str = "mfa"
    _session: Session | None = None

    @property
    def id(self) -> Any:
        return self.user.id

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session.objects.create(
                user=self.user, device_key=f"phone-of-{self.key}", assurance=self.assurance, expires_at=now() + IDLE
            )
        return self._session

    @property
    def actor(self) -> Actor:
        user = User.objects.get(id=self.user.id)
        return Actor.of(
            user,
            assurance=self.assurance,  # type: ignore[arg-type]
            session_id=self.session.id,
            authenticated_at=self.session.authenticated_at,
        )

    def token(self) -> str:
        return tokens.access_token(self.user.id, self.session.id)

    def sos_key(self) -> str:
        return tokens.sos_key(self.session.id)

    def login(self) -> LoggedIn:
        return LoggedIn(self.user, self.session, self.token(), "", self.sos_key())


class Cast:
    """Two communities of one subdistrict, two companies, a home each; people with every role that the rights turn on."""

    wang: Member
    neighbour: Member
    outsider: Member
    pending: Member
    ended_tenant: Member
    dispatcher: Member
    second_dispatcher: Member
    district_dispatcher: Member
    manager: Member
    technician: Member
    finance: Member
    other_company_manager: Member
    ended_company_manager: Member
    community_worker: Member
    other_community_worker: Member
    grid_worker: Member
    subdistrict_officer: Member
    district_officer: Member
    auditor: Member
    admin: Member

    _recorded: ClassVar[tuple[dict[str, Any], dict[str, str]] | None] = None

    def __init__(self) -> None:
        """Make everybody: the first time one by one, then by the recorded rows, which takes a few milliseconds."""
        if (recorded := type(self).__dict__.get("_recorded")) is not None:
            drawn, rows = recorded
            self.__dict__.update(copy.deepcopy(drawn))
            with transaction.atomic(), connection.cursor() as cursor:
                for table, text in rows.items():
                    cursor.execute(
                        f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)", [text]
                    )
            return
        is_empty = not User.objects.exists() and not Division.objects.exists()
        self._build()
        if is_empty:
            type(self)._recorded = copy.deepcopy(self.__dict__), _rows(self.tables())

    @staticmethod
    def tables() -> tuple[str, ...]:
        """The tables that hold this cast, in an order in which their rows can be inserted."""
        return TABLES

    def _build(self) -> None:
        self.district = Division.objects.create(code="110105", name="朝阳区", name_en="Chaoyang", kind="district")
        self.subdistrict = self._under(self.district, "110105901", "演示街道", "subdistrict")
        self.other_subdistrict = self._under(self.district, "110105902", "别处街道", "subdistrict")
        self.community = self._under(self.subdistrict, "110105901001", "演示社区", "community", 116.4617, 39.9085)
        self.other_community = self._under(
            self.other_subdistrict, "110105902001", "别处社区", "community", 116.52, 39.95
        )
        self.company = Company.objects.create(name="演示物业公司", name_en="Demo Property")
        self.other_company = Company.objects.create(name="别家物业公司", name_en="Other Property")
        self.ended_company = Company.objects.create(name="过去的物业公司")
        self.emergency_company = Company.objects.create(
            name="街道应急物业", kind="emergency_property", division=self.subdistrict
        )
        self.compound = self._compound("演示一号院", self.community, 116.4617, 39.9085)
        self.unserved_compound = self._compound("无物业小区", self.community, 116.4640, 39.9090)
        self.other_compound = self._compound("别处小区", self.other_community, 116.52, 39.95)
        self._contract(self.ended_company, self.compound, date(2020, 1, 1), date(2022, 1, 1))
        self._contract(self.company, self.compound, date(2022, 1, 1), None)
        self._contract(self.other_company, self.other_compound, date(2022, 1, 1), None)
        self.building = Building.objects.create(compound=self.compound, name="1号楼", lon=116.4618, lat=39.9086)
        self.unit = Unit.objects.create(building=self.building, name="1单元")
        self.home = self._home(self.building, "101", self.unit)
        self.neighbour_home = self._home(self.building, "102", self.unit)
        other = Building.objects.create(compound=self.other_compound, name="2号楼", lon=116.5201, lat=39.9501)
        self.other_home = self._home(other, "201")
        self.members: dict[str, Member] = {}
        self._people()

    def _people(self) -> None:
        self.wang = self._resident("wang", "王奶奶", self.home, "owner")
        self.neighbour = self._resident("neighbour", "邻居甲", self.neighbour_home, "owner")
        self.outsider = self._resident("outsider", "外人乙", self.other_home, "owner")
        self.pending = self._resident("pending", "待确认丙", self.home, "family", state="pending")
        self.ended_tenant = self._resident("ended_tenant", "旧租客丁", self.home, "tenant", ended=True)
        self._staff("dispatcher", Role.DISPATCHER, self.community)
        self._staff("second_dispatcher", Role.DISPATCHER, self.subdistrict)
        self._staff("district_dispatcher", Role.DISPATCHER, self.district)
        self._staff("manager", Role.MANAGER, self.company)
        self._staff("technician", Role.TECHNICIAN, self.company)
        self._staff("finance", Role.FINANCE, self.company)
        self._staff("other_company_manager", Role.MANAGER, self.other_company)
        self._staff("ended_company_manager", Role.MANAGER, self.ended_company)
        self._staff("community_worker", Role.COMMUNITY_WORKER, self.community)
        self._staff("other_community_worker", Role.COMMUNITY_WORKER, self.other_community)
        self._staff("grid_worker", Role.GRID_WORKER, self.community)
        self._staff("subdistrict_officer", Role.SUBDISTRICT_OFFICER, self.subdistrict)
        self._staff("district_officer", Role.DISTRICT_OFFICER, self.district)
        self._staff("auditor", Role.AUDITOR, self.district)
        self._staff("admin", Role.ADMIN, self.district)

    def __getitem__(self, key: str) -> Member:
        return self.members[key]

    @staticmethod
    def _under(parent: Division, code: str, name: str, kind: str, lon: Any = None, lat: Any = None) -> Division:
        return Division.objects.create(parent=parent, code=code, name=name, kind=kind, lon=lon, lat=lat)

    @staticmethod
    def _compound(name: str, community: Division, lon: float, lat: float) -> Compound:
        return Compound.objects.create(name=name, community=community, lon=lon, lat=lat)

    @staticmethod
    def _contract(company: Company, compound: Compound, start: date, end: date | None) -> None:
        ServiceContract.objects.create(company=company, compound=compound, valid_from=start, valid_to=end)

    @staticmethod
    def _home(building: Building, name: str, unit: Unit | None = None) -> Home:
        compound = building.compound
        return Home.objects.create(
            building=building,
            unit=unit,
            name=name,
            compound=compound,
            community_id=compound.community_id,
            area_m2="89.50",
        )

    def add(self, key: str, name: str, *, assurance: str = "mfa") -> Member:
        """A further person with a phone and nothing else."""
        phone = f"+86139{len(self.members):08d}"
        user = User.objects.create(phone_blind=phones.blind(phone))
        user.name_sealed = vault.seal(user.id, NAME, name)
        user.save()
        addresses.add(user.id, "sms", phone)
        member = Member(key, user, phone, assurance)
        self.members[key] = member
        return member

    def _resident(
        self, key: str, name: str, home: Home, relation: str, *, state: str = "confirmed", ended: bool = False
    ) -> Member:
        member = self.add(key, name)
        Residency.objects.create(
            user=member.user,
            home=home,
            community_id=home.community_id,
            compound_id=home.compound_id,
            relation=relation,
            state=state,
            until=now() - timedelta(days=1) if ended else None,
        )
        return member

    def _staff(self, key: str, role: Role, scope: Any) -> None:
        member = self.add(key, f"工作人员{key}")
        kind = scope.kind if isinstance(scope, Division) else "company" if isinstance(scope, Company) else "compound"
        RoleGrant.objects.create(user=member.user, role=role, scope_kind=kind, scope_id=scope.id)
        setattr(self, key, member)


TABLES = (
    "community_division", "community_company", "community_compound", "community_servicecontract", "community_building",
    "community_unit", "community_home", "core_personkey", "people_user", "people_residency", "people_rolegrant",
    "notifications_address",
)  # fmt: skip


def _rows(tables: tuple[str, ...]) -> dict[str, str]:
    """Table → its rows as JSON."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT coalesce(json_agg(t), '[]')::text FROM {table} t")
            (found[table],) = cursor.fetchone() or ("[]",)
    return found


@contextmanager
def as_app() -> Iterator[None]:
    """Run as the role that serves people, behind the row walls."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE yike_app")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


class Http:
    """An HTTP client of one person (or of nobody): the real Django stack, in the role `yike_app`."""

    def __init__(self, member: Member | None = None, **headers: str) -> None:
        self.member, self.headers = member, headers
        self.client = Client(raise_request_exception=True)

    def request(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """`path` below /api/v1 unless it starts with a full prefix; `body` is sent as JSON; `headers=` adds headers."""
        url = (
            path
            if path.startswith(("/api/", "/hsds", "/open311", "/demo", "/livez", "/readyz", "/staff"))
            else f"/api/v1{path}"
        )
        headers = self.headers | options.pop("headers", {})
        if self.member is not None:
            headers.setdefault("Authorization", f"Bearer {self.member.token()}")
        if body is not None:
            options |= {"data": body, "content_type": options.get("content_type", "application/json")}
        with as_app():
            return getattr(self.client, method.lower())(url, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.request("get", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.request("post", path, {} if body is None and "data" not in options else body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.request("put", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.request("patch", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.request("delete", path, **options)


def barrier(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(i)` in `count` threads that start at once; the results, or the exceptions, in order of `i`."""
    gate, results = threading.Barrier(count), [None] * count

    def run(i: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            results[i] = work(i)
        except Exception as error:
            results[i] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
