"""A person's devices: the list of logins, and ending them with all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.core.clock import now
from backend.core.errors import NotFound
from backend.core.verb import emit, record, verb
from backend.people.actor import Actor
from backend.people.login_sessions import IDLE
from backend.people.models import Session
from notifications import addresses

ABOUT = "/api/v1/auth/sessions"


def alive(person_id: UUID) -> QuerySet[Session]:
    """The person's logins that still hold, the last seen first."""
    moment = now()
    open_ones = Session.objects.filter(user_id=person_id, revoked_at__isnull=True, expires_at__gt=moment)
    return open_ones.filter(last_seen_at__gt=moment - IDLE).order_by("-last_seen_at", "-id")


def end(sessions: Iterable[Session], *, why: str) -> int:
    """End these logins of one person (inside a verb): tokens, SOS keys, pushes to the device, sockets. Returns how many.

    A device's push token stays while another login of the same person on that device holds.
    """
    moment, ended = now(), list(sessions)
    if not ended:
        return 0
    ids, person_id = [session.id for session in ended], ended[0].user_id
    for session in ended:
        session.revoked_at, session.revoked_why = moment, why
        record("login.ended", about=session, why=why)
    Session.objects.filter(id__in=ids).update(revoked_at=moment, revoked_why=why)
    kept = set(alive(person_id).values_list("device_key", flat=True))
    for device_key in {session.device_key for session in ended} - kept - {""}:
        addresses.retire_device(person_id, device_key)
    emit(f"person:{person_id}", "login.ended", about=ABOUT)
    return len(ended)


def end_all(person_id: UUID, *, why: str, keep: UUID | None = None) -> int:
    """End every login of a person but `keep` (inside a verb)."""
    open_ones = Session.objects.select_for_update().filter(user_id=person_id, revoked_at__isnull=True)
    return end((session for session in open_ones.order_by("id") if session.id != keep), why=why)


@verb("login.ended")
def end_session(actor: Actor, *, session_id: Any) -> Session:
    """End one of the person's own logins (NotFound for another's)."""
    own = Session.objects.select_for_update().filter(user_id=actor.must_be_known(), revoked_at__isnull=True)
    session = own.filter(id=session_id).first()
    if session is None:
        raise NotFound
    end([session], why="logout")
    return session


@verb("login.others-ended")
def end_others(actor: Actor) -> int:
    """End all the person's logins but this one; returns how many."""
    count = end_all(actor.must_be_known(), why="logout-others", keep=actor.session_id)
    record("login.others-ended", about=None, count=count)
    return count
