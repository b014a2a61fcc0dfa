"""The row walls hold for the app role by themselves: no queryset of ours helps here."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from backend.core.queries import looking_up, reading
from backend.core.verb import verb
from backend.people.actor import Actor
from backend.people.models import EmergencyContact, Residency, User
from tests.cast import Cast, as_app

pytestmark = pytest.mark.django_db(transaction=True)


@verb("test.everybody")
def count_everybody(actor: Actor) -> int:
    return User.objects.count()


def test_without_a_reader_there_are_no_rows() -> None:
    Cast()
    with as_app():
        assert User.objects.count() == 0
        assert Residency.objects.count() == 0


def test_a_person_sees_only_their_own_row() -> None:
    cast = Cast()
    neighbour, wang = cast.neighbour.actor, cast.wang.actor
    with as_app():
        with reading(neighbour):
            assert list(User.objects.values_list("id", flat=True)) == [cast.neighbour.id]
            assert not EmergencyContact.objects.exists()
        with reading(wang):
            assert {r.user_id for r in Residency.objects.all()} == {cast.wang.id, cast.pending.id, cast.ended_tenant.id}


def test_the_scope_ends_with_the_reading() -> None:
    cast = Cast()
    wang = cast.wang.actor
    with as_app():
        with reading(wang):
            assert User.objects.count() == 1
        assert User.objects.count() == 0


def test_a_company_sees_claims_of_its_compounds_only() -> None:
    cast = Cast()
    managers = [m.actor for m in (cast.manager, cast.other_company_manager, cast.ended_company_manager)]
    seen = []
    with as_app():
        for manager in managers:
            with reading(manager):
                seen.append({r.compound_id for r in Residency.objects.all()})
    assert seen == [{cast.compound.id}, {cast.other_compound.id}, set()]


def test_staff_without_mfa_see_nothing_by_their_role() -> None:
    cast = Cast()
    cast.manager.assurance = "otp"
    manager = cast.manager.actor
    with as_app(), reading(manager):
        assert not Residency.objects.exists()


def test_a_verb_and_a_named_look_up_pass_the_wall_and_leave_it_shut() -> None:
    cast = Cast()
    everybody, wang = User.objects.count(), cast.wang.actor
    with as_app():
        assert count_everybody(wang) == everybody
        assert User.objects.count() == 0
        with looking_up("test"):
            assert User.objects.count() == everybody
        assert User.objects.count() == 0


def test_the_app_role_cannot_lift_the_wall() -> None:
    Cast()
    with as_app(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_user DISABLE ROW LEVEL SECURITY")


def test_the_app_role_writes_nothing_outside_a_verb() -> None:
    cast = Cast()
    with as_app():
        assert User.objects.filter(id=cast.wang.id).update(language="en") == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            User.objects.create(language="en")


def test_a_partition_is_no_way_round_the_wall() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' "
            "AND has_table_privilege('yike_app', oid, 'SELECT')"
        )
        assert cursor.fetchall() == []


def test_a_look_up_inside_another_or_inside_a_reading_leaves_what_held_before() -> None:
    cast = Cast()
    everybody, wang, neighbour = User.objects.count(), cast.wang.actor, cast.neighbour.actor
    with as_app():
        with looking_up("outer"):
            with looking_up("inner"):
                pass
            assert User.objects.count() == everybody
        with reading(wang):
            with looking_up("inner"):
                assert User.objects.count() == everybody
            assert User.objects.count() == 1
            with reading(neighbour):
                pass
            assert list(User.objects.values_list("id", flat=True)) == [cast.wang.id]
        assert User.objects.count() == 0


def test_a_failed_block_inside_a_reading_leaves_the_reader() -> None:
    wang = Cast().wang.actor
    with as_app(), reading(wang):
        with pytest.raises(DatabaseError), looking_up("inner"):
            User.objects.raw("SELECT no_such_column FROM people_user")[0]
        assert User.objects.count() == 1
