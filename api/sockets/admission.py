"""Who a socket belongs to: an access token, an SOS credential, or the session cookie of our own pages.

An SOS never meets a refusal for identity: a validly signed but expired token, or `SOS <key>`, is admitted for alarms alone. A
client that comes back with positions to recover gets 109 instead, so that it fetches a new token and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat

from backend.core.clock import now
from backend.core.queries import looking_up
from backend.env import env
from backend.people import login_sessions
from backend.people.actor import Actor
from backend.people.models import Residency, RoleGrant, Session
from backend.people.web_login import actor_of

ALARM_TTL = 1
COOKIE_SECONDS = 300
GRACE_SECONDS = 25


@dataclass(frozen=True)
class Admission:
    """`is_limited`: only `alarm.raise` is allowed. `ttl`: seconds until the client must refresh; None when it has nothing to
    refresh with (a cookie, an SOS key): it comes back by itself after a few minutes and is asked again."""

    actor: Actor
    ttl: int | None = None
    is_limited: bool = False

    @property
    def lasts(self) -> int:
        """Seconds until the connection ends unless it is refreshed."""
        return COOKIE_SECONDS if self.ttl is None else self.ttl + GRACE_SECONDS


def by_tokens(tokens: Sequence[str]) -> list[Admission | None]:
    """Who these tokens admit; None for one that proves nobody. A token may be `SOS <key>`."""
    actors = login_sessions.sos_actors([token if token.startswith("SOS ") else f"Bearer {token}" for token in tokens])
    return [None if actor is None else _admitted(actor, token) for actor, token in zip(actors, tokens, strict=True)]


def _admitted(actor: Actor, token: str) -> Admission:
    if actor.assurance == "sos" or actor.state != "active" or actor.is_limited:
        may_upgrade = actor.assurance == "sos" and not token.startswith("SOS ")
        return Admission(actor, ALARM_TTL if may_upgrade else None, is_limited=True)
    return Admission(actor, _seconds_left(token))


def _seconds_left(token: str) -> int:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return max(1, int(claims["exp"] - now().timestamp()))


def by_cookie(headers: Mapping[str, str]) -> Admission | None:
    """Who the session cookie of our own pages admits; None when nobody. Call only after `is_own_page`."""
    jar = SimpleCookie()
    jar.load(headers.get("cookie", ""))
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    actor = actor_of(store)
    if actor.kind != "person" or actor.state != "active":
        return None
    return Admission(actor, is_limited=actor.is_limited)


@dataclass(frozen=True)
class Standing:
    """What a login gives: a state, and roles and homes by their ids, in no order."""

    state: str
    grants: frozenset[str]
    homes: frozenset[UUID]

    @classmethod
    def of(cls, actor: Actor) -> Standing:
        """What this actor was admitted with."""
        grants = frozenset(f"{grant.role}:{grant.scope_kind}:{grant.scope_id}" for grant in actor.grants)
        return cls(actor.state, grants, actor.homes)


def standings(sessions: set[UUID]) -> dict[UUID, Standing]:
    """How these logins stand now, in one query; a revoked one is missing."""
    alive = Q(until__isnull=True) | Q(until__gt=now())
    theirs = {"user_id": OuterRef("user_id")}
    grant = Concat(
        "role", Value(":"), "scope_kind", Value(":"), Cast("scope_id", TextField()), output_field=TextField()
    )
    roles = RoleGrant.objects.filter(alive, **theirs).annotate(as_text=grant).values("as_text")
    homes = Residency.objects.filter(alive, state=Residency.State.CONFIRMED, **theirs).values("home_id")
    with looking_up("auth"):
        rows = Session.objects.filter(id__in=sessions, revoked_at__isnull=True).values_list(
            "id", "user__state", ArraySubquery(roles), ArraySubquery(homes)
        )
        return {session: Standing(state, frozenset(held), frozenset(ids)) for session, state, held, ids in rows}


def is_own_page(headers: Mapping[str, str]) -> bool:
    """Did one of our own pages open this socket? Browsers always say so in `Origin`; another site cannot forge it."""
    origin = headers.get("origin", "")
    if not origin:
        return False
    return origin == env.public_url.rstrip("/") or urlsplit(origin).netloc == headers.get("host", "")
