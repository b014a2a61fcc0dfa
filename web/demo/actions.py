"""What the demo may do that no product may: be anybody, and take a dispatcher away from her desk."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import Forbidden, NotFound
from backend.core.verb import emit, record, verb
from backend.env import env
from backend.people.actor import Actor
from backend.people.login import LoggedIn
from backend.people.models import Duty, Session, User
from notifications import presence

LASTS = timedelta(hours=12)


def _demo_person(person_id: UUID) -> User:
    """The demo person. Raises Forbidden where no demo runs, NotFound for anybody else."""
    if not env.demo:
        raise Forbidden
    user = User.objects.filter(id=person_id, is_demo=True, state="active").first()
    if user is None:
        raise NotFound
    return user


@verb("demo.entered")
def enter_as(actor: Actor, *, person_id: UUID) -> LoggedIn:
    """A login as this demo person, without a code. Raises Forbidden, NotFound."""
    user = _demo_person(person_id)
    session = Session.objects.create(
        user=user, device_key="demo", device_name="Demo", platform="web", assurance="mfa", expires_at=now() + LASTS
    )
    record("demo.entered", about=session, person=user.id)
    return LoggedIn(user, session, "", "", "")


@verb("demo.silenced")
def silence(actor: Actor, *, person_id: UUID) -> User:
    """The person leaves every desk: duty, presence and logins end, open pages are told. Raises Forbidden, NotFound."""
    user = _demo_person(person_id)
    moment = now()
    Duty.objects.filter(user=user, ended_at__isnull=True).update(ended_at=moment)
    Session.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=moment, revoked_why="demo")
    presence.end(user.id)
    emit(f"person:{user.id}", "login.ended", about="/api/v1/auth/sessions")
    record("demo.silenced", about=user)
    return user
