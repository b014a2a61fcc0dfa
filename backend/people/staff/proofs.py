"""What a Django session says of a staff login: who, by which steps, when.

allauth writes these keys while somebody logs in (a browser's session, or the session of a program that logs in by itself). A
password alone is only the first step; a login counts once a second factor is among its steps.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY as DJANGO_USER

from backend.core.clock import now

STEPS, STEPS_OF, PENDING = "account_authentication_methods", "account_authentication_methods_user", "account_login"
OPENED = "staff_login"
"""The login (`people.Session`) that this session opened, and that ends with it."""
FRESH = timedelta(minutes=5)
"""How young a proof must be to change one's own factors or password."""


def known(session: Mapping[str, Any] | Any) -> UUID | None:
    """Whose password (or passkey) was accepted; not yet anybody with rights."""
    found = session.get(DJANGO_USER)
    return UUID(str(found)) if found else None


def pending(session: Mapping[str, Any] | Any) -> UUID | None:
    """Who is asked for a second factor now, or is known already."""
    login = session.get(PENDING)
    key = login.get("user_pk") if isinstance(login, dict) else None
    return UUID(str(key)) if key else known(session)


def steps(session: Mapping[str, Any] | Any) -> list[dict[str, Any]]:
    """The steps of this login, oldest first."""
    found = session.get(STEPS)
    return found if isinstance(found, list) else []


def proven_at(session: Mapping[str, Any] | Any) -> datetime | None:
    """When a second factor was last shown in this login; None while it was not."""
    person = known(session)
    if person is None or session.get(STEPS_OF) != str(person):
        return None
    shown = [step["at"] for step in steps(session) if step.get("method") == "mfa"]
    return datetime.fromtimestamp(max(shown), UTC) if shown else None


def is_fresh(session: Mapping[str, Any] | Any) -> bool:
    """Whether a second factor was shown within the last minutes."""
    moment = proven_at(session)
    return moment is not None and now() - moment < FRESH


def note_first_factor(session: MutableMapping[str, Any] | Any, kind: str) -> None:
    """A first factor was set up and shown in this login: that is its second step."""
    session[STEPS] = [*steps(session), {"method": "mfa", "at": now().timestamp(), "type": kind}]
