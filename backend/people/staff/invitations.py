"""Invitations: the only way to become a member of staff. A one-time link lets the person set a password and a second factor.

Whoever makes the link must not be able to use it in another's name: somebody who has a phone here already opens it only while
logged in by that phone, and who invites a member of staff anew must be able to give every role that the person holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from backend.core import vault
from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Forbidden, Gone, Invalid, NotFound
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.env import env
from backend.people import login_devices, phones, tokens
from backend.people.actor import Actor
from backend.people.models import Residency, RoleGrant, Session, StaffInvitation, User
from backend.people.reading import NAME
from backend.people.roles import Can, Role
from backend.people.staff import factors
from backend.people.staff.backend import normalised
from backend.people.staff.grants import OwnRights, give, in_force, may_give
from notifications import addresses
from notifications.addresses import Address

LIFE = timedelta(hours=48)
STAFF_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
PATH = "/staff/invitation"


class InvitationGone(Gone):
    """This invitation was used already or has expired; ask for a new one."""

    code, zh = "invitation-gone", "邀请已使用或已过期，请重新申请"


class PhoneFirst(Forbidden):
    """This invitation is for somebody who has a phone here: log in with that phone first, then open it again."""

    code, zh = "phone-first", "此邀请对应已有手机账户：请先用该手机号登录，再打开邀请"


class NotByInvitation(Forbidden):
    """This account belongs to somebody who has no phone here: an invitation would open it to whoever holds the link."""

    code, zh = "not-by-invitation", "此人已有账户但未登记手机号，邀请链接不能打开该账户，请先在社区服务台登记手机号"


class StaffNameTaken(Conflict):
    """Somebody else has this staff name."""

    code, zh = "staff-name-taken", "该工号已被使用"


@dataclass(frozen=True)
class Invited:
    """What the inviter hands over; the link works once and for 48 hours."""

    user: User
    invitation: StaffInvitation
    link: str = field(repr=False)


def link_of(token: str) -> str:
    """The token stands behind `#`: browsers do not send it, so that no log holds it."""
    return f"{env.public_url.rstrip('/')}{PATH}#{token}"


@verb("staff.invited")
def invite(
    actor: Actor,
    *,
    staff_name: str,
    role: Role,
    scope_kind: str,
    scope_id: UUID,
    person_id: UUID | None = None,
    phone: str = "",
    name: str = "",
) -> Invited:
    """Make a member of staff: an existing person (by id or phone) or a new one (by phone, or by name alone).

    Raises Forbidden, NotByInvitation, NotFound, Invalid, StaffNameTaken, OwnRights, RolesExclude.
    """
    actor.must_be_fresh()
    actor.require(Can.ROLE_GRANT)
    user = _person(person_id, phone, name)
    if user.id == actor.person_id:
        raise OwnRights
    held = RoleGrant.objects.filter(in_force(), user=user).exclude(role=Role.RESIDENT)
    if not all(may_give(actor, Role(g.role), g.scope_kind, g.scope_id) for g in held):
        raise Forbidden
    if person_id is not None:
        _must_not_open_anothers(user)
    _name_staff(user, staff_name)
    give(actor, user, role, scope_kind, scope_id)
    StaffInvitation.objects.filter(user=user, used_at__isnull=True).update(expires_at=now())
    token = tokens.fresh_secret()
    made = StaffInvitation.objects.create(
        user=user, token_hash=tokens.hashed(token), expires_at=now() + LIFE, invited_by_id=actor.person_id
    )
    record("staff.invited", about=made, person=str(user.id), role=role, scope=str(scope_id))
    return Invited(user, made, link_of(token))


def _person(person_id: UUID | None, phone: str, name: str) -> User:
    locked = User.objects.select_for_update()
    if person_id is not None:
        user = locked.filter(id=person_id, state=User.State.ACTIVE).first()
        if user is None:
            raise NotFound
        return user
    if not phone and not name.strip():
        raise Invalid(FieldError("/name", "required", "a phone or a name is needed", "需要手机号或姓名"))
    number = phones.normalise(phone) if phone else ""
    if number and (known := locked.filter(phone_blind=phones.blind(number)).first()):
        if known.state != User.State.ACTIVE:
            raise NotFound
        return known
    user = User.objects.create(phone_blind=phones.blind(number) if number else None)
    if name.strip():
        user.name_sealed = vault.seal(user.id, NAME, name.strip()[:80])
    user.set_unusable_password()
    user.save(update_fields=["name_sealed", "password"])
    if number:
        addresses.add(user.id, "sms", number)
    return user


def _must_not_open_anothers(user: User) -> None:
    """Raise NotByInvitation where the link alone would open an account that somebody has already.

    Whoever has a phone proves it first (PhoneFirst). Without one the link opens the accounts of staff who have set a password, and
    those that an invitation made and that nobody used yet; never a resident's, nor one whose phone was taken away.
    """
    if user.phone_blind is not None:
        return
    if user.enrolled_by_id is not None or Residency.objects.filter(user=user).exists():
        raise NotByInvitation
    if user.staff_name is not None and user.password and user.has_usable_password():
        return
    had_phone = Address.objects.filter(person_id=user.id, kind=addresses.SMS, is_own=True).exists()
    if user.staff_name is None or had_phone or Session.objects.filter(user=user).exists():
        raise NotByInvitation


def _name_staff(user: User, staff_name: str) -> None:
    wanted = normalised(staff_name)
    if user.staff_name is not None and wanted in {"", user.staff_name}:
        return
    if user.staff_name is not None or not STAFF_NAME.fullmatch(wanted):
        raise Invalid(
            FieldError("/staff_name", "staff-name-invalid", "3 to 40 of a-z 0-9 . _ -", "3–40 位小写字母、数字、. _ -")
        )
    if User.objects.filter(staff_name=wanted).exists():
        raise StaffNameTaken
    user.staff_name = wanted
    user.save(update_fields=["staff_name"])


def open_for(token: str, actor: Actor) -> StaffInvitation:
    """The invitation, if it can be used by whoever holds the link here. Raises InvitationGone, PhoneFirst, NotByInvitation."""
    with looking_up("staff invitation"):
        found = StaffInvitation.objects.select_related("user").filter(token_hash=tokens.hashed(token)).first()
        _must_be_usable(found, actor)
        return found  # type: ignore[return-value]  # checked


def _must_be_usable(found: StaffInvitation | None, actor: Actor) -> None:
    if found is None or found.used_at is not None or found.expires_at <= now():
        raise InvitationGone
    if found.user.state != User.State.ACTIVE:
        raise InvitationGone
    if found.user.phone_blind is not None and actor.person_id != found.user_id:
        raise PhoneFirst
    if actor.person_id != found.user_id:
        _must_not_open_anothers(found.user)


def must_be_strong(password: str, user: User, pointer: str = "/password") -> None:
    """Raise Invalid unless the password is long and not among the common ones."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        said = " ".join(weak.messages)
        raise Invalid(FieldError(pointer, "password-weak", said, said)) from None


def accept(actor: Actor, *, token: str, password: str) -> User:
    """Use the invitation: the password is set, old factors and logins end. Raises Invalid, InvitationGone, PhoneFirst."""
    must_be_strong(password, open_for(token, actor).user)
    return _accept(actor, token=token, password=password)


@verb("staff.invitation-accepted")
def _accept(actor: Actor, *, token: str, password: str) -> User:
    found = (
        StaffInvitation.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(token_hash=tokens.hashed(token))
        .first()
    )
    _must_be_usable(found, actor)
    invitation: Any = found
    invitation.used_at = now()
    invitation.save(update_fields=["used_at"])
    user: User = invitation.user
    user.set_password(password)
    user.save(update_fields=["password"])
    factors.remove_all(user.id)
    login_devices.end_all(user.id, why="invited", keep=actor.session_id)
    record("staff.invitation-accepted", about=invitation, person=str(user.id))
    return user


@verb("staff.password-changed")
def change_password(actor: Actor, *, password: str) -> User:
    """Set one's own password anew; every other login of this person ends. Raises Invalid, ReauthenticationRequired."""
    actor.must_be_fresh()
    user = User.objects.select_for_update().get(id=actor.must_be_known())
    if user.staff_name is None or actor.assurance != "mfa":
        raise Forbidden
    must_be_strong(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    login_devices.end_all(user.id, why="password", keep=actor.session_id)
    record("staff.password-changed", about=user)
    return user
