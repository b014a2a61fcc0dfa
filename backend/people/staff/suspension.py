"""Suspension: a person's logins end at once, their roles stay written but give nothing, until they are reinstated."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from backend.core.errors import Conflict, NotFound
from backend.core.verb import emit, record, verb
from backend.people import login_devices
from backend.people.actor import Actor
from backend.people.login_sessions import SUSPENDED
from backend.people.models import Session, User
from backend.people.roles import Can
from backend.people.staff.grants import lock_admins, must_not_be_last_admin


class Reason(StrEnum):
    """Why a person is suspended; a code, because the audit holds no free words."""

    LEFT = "left"
    LOST_DEVICE = "lost_device"
    MISUSE = "misuse"
    INVESTIGATION = "investigation"
    REQUEST = "request"
    OTHER = "other"


class NotOneself(Conflict):
    """Nobody suspends themselves."""

    code, zh = "not-oneself", "不能停用自己"


class NotInThatState(Conflict):
    """The person is not in a state in which this is possible."""

    code, zh = "person-state", "此人当前状态不允许该操作"


@verb("person.suspended")
def suspend(actor: Actor, *, person_id: UUID, reason: Reason) -> User:
    """Suspend a person. Raises Forbidden, NotFound, NotOneself, NotInThatState, LastAdmin."""
    actor.require(Can.PERSON_SUSPEND)
    actor.must_be_fresh()
    if person_id == actor.person_id:
        raise NotOneself
    lock_admins()
    _must_still_be_active(actor)
    user = _locked(person_id)
    if user.state != User.State.ACTIVE:
        raise NotInThatState
    must_not_be_last_admin(user.id)
    user.state = User.State.SUSPENDED
    user.save(update_fields=["state"])
    ended = login_devices.end_all(user.id, why=SUSPENDED)
    record("person.suspended", about=user, reason=reason, sessions=ended)
    emit(f"person:{user.id}", "rights.changed", about="/api/v1/me")
    return user


@verb("person.reinstated")
def reinstate(actor: Actor, *, person_id: UUID) -> User:
    """Let a suspended person in again; they log in anew, and what the suspension ended calls for nobody's help any more.

    Raises Forbidden, NotFound, NotInThatState.
    """
    actor.require(Can.PERSON_SUSPEND)
    actor.must_be_fresh()
    user = _locked(person_id)
    if user.state != User.State.SUSPENDED:
        raise NotInThatState
    user.state = User.State.ACTIVE
    user.save(update_fields=["state"])
    Session.objects.filter(user=user, revoked_why=SUSPENDED).update(revoked_why="reinstated")
    record("person.reinstated", about=user)
    emit(f"person:{user.id}", "rights.changed", about="/api/v1/me")
    return user


def _must_still_be_active(actor: Actor) -> None:
    """Who was suspended while this waited suspends nobody any more."""
    if actor.kind == "person" and not User.objects.filter(id=actor.must_be_known(), state=User.State.ACTIVE).exists():
        raise NotInThatState


def _locked(person_id: UUID) -> User:
    user = User.objects.select_for_update().filter(id=person_id).first()
    if user is None:
        raise NotFound
    return user
