"""Residents' login: one flow for login and registration, by a code sent to the phone.

The rooms beside it: `login_codes` (codes, counted before compared), `login_limits`, `login_alarm` (against pumping),
`login_sessions` (who a credential belongs to), `login_refresh`, `login_devices`, `login_proof`, `reproof`, `phone_change` (and
`phone_change_desk`).
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Max

from backend.core.clock import now
from backend.core.verb import record, verb
from backend.env import env
from backend.people import login_codes, login_notices, phones
from backend.people.actor import Actor
from backend.people.login_codes import CODE_EVERY, CODE_LIFE, MAX_ATTEMPTS, CodeExpired, CodesUsedUp, CodeWrong, Purpose
from backend.people.login_devices import end_others, end_session
from backend.people.login_refresh import GRACE, RefreshInvalid, refresh
from backend.people.login_sessions import (
    ABSOLUTE,
    IDLE,
    LoggedIn,
    open_session,
    session_actor,
    sos_actor,
    token_actor,
)
from backend.people.models import LoginCode, Session, User
from notifications import addresses

__all__ = [
    "ABSOLUTE", "CODE_EVERY", "CODE_LIFE", "GRACE", "IDLE", "MAX_ATTEMPTS", "SILENT", "CodeExpired", "CodeWrong", "CodesUsedUp",
    "LoggedIn", "RefreshInvalid", "ask_code", "end_others", "end_session", "log_in", "refresh", "session_actor", "silent_since",
    "sos_actor", "token_actor",
]  # fmt: skip

SILENT = timedelta(days=90)
"""After so long without a login, a phone number may belong to somebody else."""


def ask_code(*, phone: str, language: str = "zh-CN", ip: str = "", device: str = "") -> dict[str, int]:
    """Send a code to the phone: `{expires_in, retry_after}` in seconds, the same for known and unknown phones.

    `device`: the key that the device made for itself, if it sent one. Raises Invalid for a bad phone, TooMany within 60 s of the
    last code and above the limits.
    """
    number = phones.normalise(phone)
    return login_codes.ask(Purpose.LOGIN, number=number, language=language, ip=ip, device_key=device)


def log_in(*, phone: str, code: str, device: dict[str, str]) -> LoggedIn:
    """Exchange a code for a session; registers an unknown phone. Raises CodeWrong, CodeExpired, CodesUsedUp, Invalid."""
    number = phones.normalise(phone)
    row = login_codes.check(Purpose.LOGIN, number=number, code=code)
    return _open_session(Actor.anonymous(), row=row, number=number, device=device)


@verb("login.opened")
def _open_session(actor: Actor, *, row: LoginCode, number: str, device: dict[str, str]) -> LoggedIn:
    login_codes.spend(row)
    user, is_new = User.objects.select_for_update().get_or_create(phone_blind=phones.blind(number))
    if is_new:
        addresses.add(user.id, "sms", number)
        record("person.registered", about=user)
    is_known = is_new or is_known_device(user, device.get("key", ""))
    is_limited = not is_known and is_silent(user)
    opened = open_session(user, device, "mfa" if env.demo else "otp", is_limited=is_limited)
    if not is_known and not is_limited and _has_logged_in(user, but=opened.session):
        login_notices.new_device(opened.session)
    return opened


def is_known_device(user: User, device_key: str) -> bool:
    """Whether the person was logged in with this device key before; a login that had still to be proved does not count.

    Nor does a staff login: those of all browsers carry one key, which says nothing of who holds the phone.
    """
    known = Session.objects.filter(user=user, is_limited=False, device_key=device_key[:128])
    if not env.demo:
        known = known.exclude(assurance="mfa")
    return bool(device_key) and known.exists()


def _has_logged_in(user: User, *, but: Session) -> bool:
    return Session.objects.filter(user=user, is_limited=False).exclude(id=but.id).exists()


def silent_since(user: User) -> timedelta:
    """How long nobody has used this account by a login that was beyond doubt."""
    seen = Session.objects.filter(user=user, is_limited=False).aggregate(at=Max("last_seen_at"))["at"]
    return now() - (seen or user.created_at)


def is_silent(user: User) -> bool:
    """Whether the number may have gone to somebody else in the meantime. The demo's invented people keep theirs."""
    return silent_since(user) > SILENT and not (env.demo and user.is_demo)
