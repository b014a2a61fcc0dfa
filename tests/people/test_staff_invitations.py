"""Members of staff come by invitation alone; whoever made the link cannot use it in another's name."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.commands import invite_staff
from backend.core.errors import Forbidden, Invalid
from backend.core.verb import verb
from backend.people.actor import Actor
from backend.people.models import RoleGrant, Session, StaffInvitation, User
from backend.people.phone_change import detach
from backend.people.roles import Role
from backend.people.staff.invitations import (
    InvitationGone,
    Invited,
    NotByInvitation,
    PhoneFirst,
    StaffNameTaken,
    accept,
    change_password,
    invite,
)
from tests.cast import Cast
from tests.people.staff import PASSWORD, Program, with_app, with_password

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = Actor.anonymous()


def invited(cast: Cast, **more: Any) -> Invited:
    wanted = {
        "staff_name": "New.Hand",
        "role": Role.TECHNICIAN,
        "scope_kind": "company",
        "scope_id": cast.company.id,
        "name": "新师傅",
    }
    return invite(cast.manager.actor, **(wanted | more))


def token_of(made: Invited) -> str:
    return made.link.partition("#")[2]


def test_an_invited_person_sets_a_password_once_and_has_the_role(cast: Cast) -> None:
    made = invited(cast)
    assert made.user.staff_name == "new.hand"
    assert token_of(made) not in str(list(StaffInvitation.objects.values()))
    user = accept(NOBODY, token=token_of(made), password=PASSWORD)
    assert user.check_password(PASSWORD)
    assert user.password.startswith("argon2")
    assert RoleGrant.objects.get(user=user).role == "technician"
    with pytest.raises(InvitationGone):
        accept(NOBODY, token=token_of(made), password=PASSWORD)


def test_a_link_is_used_by_one_of_many_at_once(cast: Cast, barrier: Callable[..., list[Any]]) -> None:
    token = token_of(invited(cast))
    results = barrier(100, lambda i: accept(NOBODY, token=token, password=f"{PASSWORD} {i}"))
    assert sum(isinstance(one, User) for one in results) == 1


def test_a_link_ends_after_two_days_and_with_the_next_one(cast: Cast, moved_clock: Callable[..., Any]) -> None:
    first = invited(cast)
    second = invited(cast, person_id=first.user.id, name="", staff_name="")
    with pytest.raises(InvitationGone):
        accept(NOBODY, token=token_of(first), password=PASSWORD)
    with moved_clock(timedelta(hours=49)), pytest.raises(InvitationGone):
        accept(NOBODY, token=token_of(second), password=PASSWORD)


@pytest.mark.parametrize("password", ["short", "123456789012345", "passwordpassword", "new.hand.new"])
def test_a_weak_password_is_refused_and_the_link_stays_good(cast: Cast, password: str) -> None:
    made = invited(cast)
    if password == "passwordpassword":
        password = "password1234"
    with pytest.raises(Invalid):
        accept(NOBODY, token=token_of(made), password=password)
    accept(NOBODY, token=token_of(made), password=PASSWORD)


def test_somebody_with_a_phone_here_opens_the_link_only_after_logging_in_with_it(cast: Cast) -> None:
    made = invited(cast, phone=cast.neighbour.phone, name="")
    assert made.user.id == cast.neighbour.id
    for stranger in (NOBODY, cast.manager.actor):
        with pytest.raises(PhoneFirst):
            accept(stranger, token=token_of(made), password=PASSWORD)
    assert accept(cast.neighbour.actor, token=token_of(made), password=PASSWORD).id == cast.neighbour.id


def test_a_resident_is_invited_whatever_their_home_is(cast: Cast) -> None:
    RoleGrant.objects.create(
        user=cast.neighbour.user, role=Role.RESIDENT, scope_kind="compound", scope_id=cast.compound.id
    )
    assert invited(cast, person_id=cast.neighbour.id).user.id == cast.neighbour.id


def test_nobody_invites_anew_whose_roles_they_could_not_give(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        invited(cast, person_id=cast.admin.id)
    with pytest.raises(Forbidden):
        invited(cast, person_id=cast.neighbour.id, role=Role.MANAGER)


def test_a_new_invitation_ends_old_factors_and_logins(cast: Cast) -> None:
    name, secret = with_password(cast.technician), with_app(cast.technician)
    made = invited(cast, person_id=cast.technician.id, staff_name="")
    session = cast.technician.session
    cast.technician.user.phone_blind = None
    cast.technician.user.save()
    accept(NOBODY, token=token_of(made), password="another-good-one-9")
    assert Session.objects.get(id=session.id).revoked_why == "invited"
    assert name
    assert Program().logs_in(name).post("/auth/2fa/authenticate", {"code": secret[:6]}).status_code == 401


def test_a_staff_name_belongs_to_one_person(cast: Cast) -> None:
    invited(cast)
    with pytest.raises(StaffNameTaken):
        invited(cast, name="又一人")
    with pytest.raises(Invalid):
        invited(cast, name="又一人", staff_name="a b")


def test_a_changed_password_ends_every_other_login(cast: Cast) -> None:
    with_password(cast.admin)
    other = Session.objects.create(
        user=cast.admin.user, device_key="old", assurance="mfa", expires_at=cast.admin.session.expires_at
    )
    change_password(cast.admin.actor, password="another-good-one-9")
    assert Session.objects.get(id=other.id).revoked_why == "password"
    assert Session.objects.get(id=cast.admin.session.id).revoked_at is None


def test_the_first_administrator_is_invited_from_the_command_line(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    invite_staff.add_arguments(parser)
    words = ["--name", "张三", "--staff-name", "zhangsan", "--role", "admin", "--scope", "district"]
    assert invite_staff.run(parser.parse_args(words)) == 0
    link = capsys.readouterr().out.strip()
    user = accept(NOBODY, token=link.partition("#")[2], password=PASSWORD)
    assert RoleGrant.objects.get(user=user).role == "admin"
    assert invite_staff.run(parser.parse_args([*words[:-1], "subdistrict:nowhere"])) == 1
    assert invite_staff.run(parser.parse_args([*words[:-1], "district:110106:丰台区"])) == 1  # there is one already


def test_a_fresh_installation_begins_with_its_district_and_its_administrator(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    invite_staff.add_arguments(parser)
    words = ["--name", "张三", "--staff-name", "zhangsan", "--role", "admin", "--scope", "district:110105:朝阳区"]
    assert invite_staff.run(parser.parse_args(words)) == 0
    assert "/staff/invitation#" in capsys.readouterr().out
    assert RoleGrant.objects.get().scope_kind == "district"


def taken_away(cast: Cast, who: str) -> None:
    _take_away(NOBODY, cast=cast, who=who)


@verb("test.detached")
def _take_away(actor: Actor, *, cast: Cast, who: str) -> None:
    """The person's phone went to somebody else; the account stays without one."""
    detach(User.objects.select_for_update().get(id=cast[who].id), why="new-person")


def test_an_invitation_never_opens_the_account_of_somebody_without_a_phone(cast: Cast) -> None:
    elder = User.objects.create(enrolled_by=cast.community_worker.user)
    homeless = User.objects.create()
    taken_away(cast, "neighbour")
    for person in (elder.id, homeless.id, cast.neighbour.id):
        with pytest.raises(NotByInvitation):
            invited(cast, person_id=person, name="", staff_name="")
        assert not StaffInvitation.objects.exists()
    cast.technician.user.phone_blind = None
    with_password(cast.technician)
    assert invited(cast, person_id=cast.technician.id, staff_name="").user.id == cast.technician.id


def test_a_staff_name_opens_no_residents_account_either(cast: Cast) -> None:
    taken_away(cast, "neighbour")
    with_password(cast.neighbour)
    User.objects.filter(id=cast.neighbour.id).update(phone_blind=None)
    with pytest.raises(NotByInvitation):
        invited(cast, person_id=cast.neighbour.id, staff_name="")


@pytest.mark.parametrize("has_home", [True, False])
def test_a_phone_that_goes_away_does_not_open_the_link(cast: Cast, has_home: bool) -> None:
    made = invited(cast, phone=cast.neighbour.phone, name="")
    if not has_home:
        cast.neighbour.user.residencies.all().delete()
    taken_away(cast, "neighbour")
    for stranger in (NOBODY, cast.manager.actor):
        with pytest.raises(NotByInvitation):
            accept(stranger, token=token_of(made), password=PASSWORD)
    assert accept(cast.neighbour.actor, token=token_of(made), password=PASSWORD).id == cast.neighbour.id
