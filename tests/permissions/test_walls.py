"""The second wall by itself: which tables have one, and what the role that serves people sees through it."""

from __future__ import annotations

import re

import pytest
from django.db import Error, connection, transaction

from backend.core import vault
from backend.core.queries import looking_up, reading
from backend.core.vault import PersonKey
from backend.people.models import User
from backend.people.reading import NAME
from tests.cast import as_app
from tests.permissions.trial import as_role
from tests.permissions.world import World, canary

PERSONAL = re.compile(
    r"(user|person|owner|author|actor|payer|payee_person|reporter|assignee|uploader|reader|asker|delegate|witness|holder|invited_by"
    r"|granted_by|made_by|asked_by|decided_by|enrolled_by|revoked_by|acting_for)(_id)?$|.*(_sealed|_blind)$|^sealed$|^wrapped$"
)
OPEN = {
    "bulletins_bulletin": "announcements signed by an office; the author's id is all that is personal",
    "core_auditrow": "ids and codes only; whoever checks the seals must see every row",
    "notifications_presencelease": "ids of staff at a desk; the sockets renew leases in one bare statement each 5 s",
}
"""Tables with a person's column and no wall, and why."""


def walled() -> set[str]:
    return _names("c.relrowsecurity")


def _names(condition: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
            f"AND NOT c.relispartition AND {condition}"
        )
        return {name for (name,) in cursor.fetchall()}


def personal() -> set[str]:
    """Tables with a column that refers to a person, by its name or by a foreign key, or that holds something sealed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "UNION SELECT c.conrelid::regclass::text, 'person_id' FROM pg_constraint c "
            "WHERE c.contype = 'f' AND c.confrelid = 'people_user'::regclass"
        )
        return {table for table, column in cursor.fetchall() if PERSONAL.match(column)} & _names("true")


@pytest.mark.django_db
def test_every_table_with_a_persons_column_has_a_wall_or_a_reason() -> None:
    assert sorted(personal() - walled() - OPEN.keys()) == []


@pytest.mark.django_db
def test_no_reason_is_left_of_a_table_that_has_a_wall() -> None:
    assert sorted(OPEN.keys() & walled()) == []
    assert sorted(OPEN.keys() - _names("true")) == []


@pytest.mark.django_db(transaction=True)
def test_outside_a_verb_the_app_sees_no_row_of_any_walled_table_until_it_says_who_reads() -> None:
    World()
    seen = {}
    with as_app(), connection.cursor() as cursor:
        for table in sorted(walled()):
            cursor.execute(f"SELECT count(*) FROM {table}")
            (count,) = cursor.fetchone() or (0,)
            seen[table] = count
    assert {table: count for table, count in seen.items() if count} == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("core_job", "owner_id"),
        ("directory_booking", "person_id"),
        ("emergency_device", "user_id"),
        ("emergency_incident", "person_id"),
        ("emergency_signalkey", "person_id"),
        ("notifications_address", "person_id"),
        ("notifications_notice", "person_id"),
        ("people_delegation", "person_id"),
        ("people_emergencycontact", "user_id"),
        ("people_residency", "user_id"),
        ("people_session", "user_id"),
        ("people_user", "id"),
        ("tickets_ticket", "reporter_id"),
    ],
)
def test_a_person_reads_their_own_rows_and_no_strangers(table: str, column: str) -> None:
    world = World()

    def rows_of(owner: str, reader: str) -> int:
        actor = world[reader].actor
        with as_app(), reading(actor), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [world[owner].id])
            (count,) = cursor.fetchone() or (0,)
            return int(count)

    assert rows_of("wang", "wang") > 0
    for stranger in ("neighbour", "outsider", "pending", "ended_tenant", "ended_company_manager", "other_dispatcher"):
        assert (stranger, rows_of("wang", stranger)) == (stranger, 0)


@pytest.mark.django_db(transaction=True)
def test_roles_and_duty_are_seen_by_their_holders_and_the_desks_above() -> None:
    world = World()
    world.dispatcher.user.duties.create(division=world.community)

    def seen(table: str, reader: str) -> int:
        actor = world[reader].actor
        with as_app(), reading(actor), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE user_id = %s", [world.dispatcher.id])
            (count,) = cursor.fetchone() or (0,)
            return int(count)

    assert {reader: seen("people_rolegrant", reader) for reader in ("dispatcher", "wang", "manager", "admin")} == {
        "dispatcher": 1,
        "wang": 0,
        "manager": 0,
        "admin": 1,
    }
    readers = ("dispatcher", "second_dispatcher", "district_officer", "other_dispatcher", "wang", "manager")
    assert [seen("people_duty", reader) for reader in readers] == [1, 1, 1, 0, 0, 0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "table",
    [
        "people_logincode",
        "people_refreshtoken",
        "people_staffinvitation",
        "core_idempotencyrow",
        "payments_providerevent",
    ],
)
def test_what_verbs_alone_read_is_shut_even_to_an_administrator(table: str) -> None:
    world = World()
    with connection.cursor() as cursor:
        cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass AND polname = 'app'", [table])
        assert cursor.fetchone()
        cursor.execute(
            "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = %s::regclass AND polname = 'app'",
            [table],
        )
        (condition,) = cursor.fetchone() or ("",)
    settings = set(world["admin"].actor.scope_settings())
    assert set(re.findall(r"yike\.\w+", condition)) & settings == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["yike_app", "yike_system"])
def test_a_persons_key_is_read_by_whoever_knows_whose_it_is_and_never_listed(role: str) -> None:
    world = World()
    sealed = bytes(User.objects.get(id=world.wang.id).name_sealed or b"")
    with as_role(role):
        assert vault.unseal(world.wang.id, NAME, sealed) == canary("name", "wang")
        assert PersonKey.objects.exists() == (role == "yike_system")


@pytest.mark.django_db(transaction=True)
def test_a_key_is_destroyed_only_inside_a_verb_or_a_look_up() -> None:
    world = World()
    sealed = bytes(User.objects.get(id=world.wang.id).name_sealed or b"")
    with as_app():
        vault.destroy(world.wang.id)
        assert vault.unseal(world.wang.id, NAME, sealed) == canary("name", "wang")
        with looking_up("erasure"):
            vault.destroy(world.wang.id)
        with pytest.raises(vault.KeyDestroyed):
            vault.unseal(world.wang.id, NAME, sealed)


@pytest.mark.django_db(transaction=True)
def test_a_first_key_is_made_without_a_verb() -> None:
    world = World()
    with as_app():
        assert vault.unseal(world.home.id, "test", vault.seal(world.home.id, "test", "words")) == "words"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["people_rolegrant", "people_duty"])
def test_nobody_writes_themselves_a_role_outside_a_verb(table: str) -> None:
    world = World()
    with as_app(), pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, %s)", [_row(world, table)]
        )


def _row(world: World, table: str) -> str:
    import json

    more = {
        "people_rolegrant": {"role": "admin", "scope_kind": "district", "scope_id": str(world.district.id)},
        "people_duty": {"division_id": str(world.community.id), "started_at": "2026-01-01T00:00:00Z"},
    }
    given = {"id": str(world.home.id), "created_at": "2026-01-01T00:00:00Z", "user_id": str(world.wang.id)}
    return json.dumps(given | more[table])
