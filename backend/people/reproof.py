"""A number that came back after a long silence on an unknown device: it may be somebody else's now.

Such a login is limited. Either whoever holds the phone says that they are new here, and the number goes to a fresh account; or the
desk confirms who they are.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import Conflict, NotFound
from backend.core.verb import record, verb
from backend.env import env
from backend.people import login_devices, phones
from backend.people.actor import Actor
from backend.people.desk import person_in_reach
from backend.people.login_sessions import LoggedIn, open_session
from backend.people.models import Session, User
from backend.people.phone_change import detach
from backend.people.reading import phone_of
from backend.people.roles import Can
from notifications import addresses


class NothingToProve(Conflict):
    """This login is not limited."""

    code, zh = "nothing-to-prove", "该登录无需再次确认"


class NoLoginToConfirm(Conflict):
    """There is no limited login of the last hour: let the person log in here and now, on their phone, then confirm."""

    code, zh = "no-login-to-confirm", "最近一小时内没有待确认的登录：请让本人现在用自己的手机登录，再予确认"


AT_THE_DESK = timedelta(hours=1)


@verb("person.number-passed-on")
def as_new_person(actor: Actor) -> LoggedIn:
    """The phone of this limited login goes to a fresh account, which is logged in; the old one keeps its home and data, no phone.

    Raises NothingToProve when the login is not limited (any more).
    """
    former = User.objects.select_for_update().get(id=actor.must_be_known())
    open_ones = Session.objects.filter(user=former, revoked_at__isnull=True)
    session = next((row for row in open_ones if row.id == actor.session_id), None)
    if session is None or not session.is_limited:
        raise NothingToProve
    number = phone_of(former.id)
    if not number:
        raise NotFound
    detach(former, why="new-person")
    person = User.objects.create(phone_blind=phones.blind(number), is_demo=env.demo and former.is_demo)
    addresses.add(person.id, addresses.SMS, number)
    record("person.registered", about=person)
    device = {"key": session.device_key, "name": session.device_name, "platform": session.platform}
    return open_session(person, device, "mfa" if session.assurance == "mfa" else "otp")


@verb("person.reproved")
def confirm_at_desk(actor: Actor, *, person_id: UUID) -> User:
    """The desk has seen who it is: limited logins of the last hour, made at the desk, become full ones; older ones end.

    Raises Forbidden, NotFound (out of reach), NoLoginToConfirm.
    """
    user = person_in_reach(actor, person_id, Can.HOME_CONFIRM, Can.PERSON_ENROL)
    limited = Session.objects.select_for_update().filter(user=user, is_limited=True, revoked_at__isnull=True)
    rows = list(limited.order_by("id"))
    fresh = [row for row in rows if row.created_at > now() - AT_THE_DESK]
    if not fresh:
        raise NoLoginToConfirm
    Session.objects.filter(id__in=[row.id for row in fresh]).update(is_limited=False)
    login_devices.end([row for row in rows if row not in fresh], why="reproof")
    record("person.reproved", about=user, sessions=len(fresh))
    return user
