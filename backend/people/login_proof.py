"""Proving again who one is: a code to one's own phone, before dangerous acts. Staff show their second factor instead."""

from __future__ import annotations

from uuid import UUID

from backend.core.clock import now
from backend.core.errors import Conflict, NotFound
from backend.core.queries import looking_up
from backend.core.verb import record, verb
from backend.env import env
from backend.people import login_codes
from backend.people.actor import Actor
from backend.people.login_codes import Purpose
from backend.people.models import LoginCode, RoleGrant, Session
from backend.people.reading import phone_of
from backend.people.roles import Role
from backend.people.staff.grants import in_force
from backend.people.staff.login import StaffProofMissing


class NoPhone(Conflict):
    """There is no phone on this account; come to your service desk."""

    code, zh = "no-phone", "该账户没有登记手机号，请到社区服务台办理"


def _own(actor: Actor) -> tuple[UUID, str]:
    """The person's session and phone. Raises Forbidden for nobody, NotFound without a session, StaffProofMissing, NoPhone."""
    person = actor.doer_id if actor.kind == "person" else actor.must_be_known()
    if actor.session_id is None or person is None:
        raise NotFound
    must_suffice(actor)
    phone = phone_of(person)
    if not phone:
        raise NoPhone
    return actor.session_id, phone


def must_suffice(actor: Actor) -> None:
    """Raise StaffProofMissing unless a code by SMS is proof enough for this person and login; in the demo it always is."""
    person = actor.doer_id if actor.kind == "person" else None
    if not env.demo and person is not None and actor.session_id is not None and _is_staff(person, actor.session_id):
        raise StaffProofMissing


def _is_staff(person_id: UUID, session_id: UUID) -> bool:
    """Whether an SMS proves too little: for whoever holds a role, and for a login that a second factor opened.

    Asked of the rows, because an actor who stands in for somebody shows neither.
    """
    with looking_up("own proof"):
        if RoleGrant.objects.filter(in_force(), user_id=person_id).exclude(role=Role.RESIDENT).exists():
            return True
        return Session.objects.filter(id=session_id, assurance="mfa", user__staff_name__isnull=False).exists()


def ask_code(actor: Actor, *, language: str = "zh-CN", ip: str = "") -> dict[str, int]:
    """Send a code for a fresh proof to the person's own phone: `{expires_in, retry_after}` in seconds.

    Raises TooMany, NoPhone, StaffProofMissing.
    """
    session_id, phone = _own(actor)
    return login_codes.ask(
        Purpose.PROOF, number=phone, about=session_id, language=language, ip=ip, device_key=str(session_id)
    )


def prove(actor: Actor, *, code: str) -> Session:
    """Note a fresh proof on this login (`authenticated_at`). Raises CodeWrong, CodeExpired, CodesUsedUp, NoPhone."""
    session_id, phone = _own(actor)
    row = login_codes.check(Purpose.PROOF, number=phone, code=code, about=session_id)
    return _note(actor, row=row)


@verb("login.proved")
def _note(actor: Actor, *, row: LoginCode) -> Session:
    login_codes.spend(row)
    session = Session.objects.select_for_update().filter(pk__in=[row.about], revoked_at__isnull=True).first()
    if session is None or session.user_id != actor.doer_id:
        raise NotFound
    session.authenticated_at = now()
    session.save(update_fields=["authenticated_at"])
    record("login.proved", about=session)
    return session
