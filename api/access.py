"""Who may call an operation: declared on every one of them, checked before the body is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar
from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from backend.core.errors import Forbidden, Unauthenticated
from backend.people import clients
from backend.people.acting import NotADelegate, standing_in
from backend.people.actor import Actor, ReproofRequired
from backend.people.login import token_actor
from backend.people.roles import Can, ClientScope, Power

F = TypeVar("F", bound=Callable[..., Any])


class Request(HttpRequest):
    """A request with its actor."""

    actor: Actor


@dataclass(frozen=True)
class Rule:
    """`public`: no credential needed, one given is used. `signed`: the operation checks its own signature. Else a person.

    `power`: a delegate who holds it may call this for somebody (`Acting-For`); without one nobody may. `scope`: a kiosk or partner
    whose key has it may call this too. `fresh`: the person must have proved who they are within 15 minutes. `limited`: a login
    that still has to be proved may call this.
    """

    kind: Literal["public", "signed", "person", "staff"]
    permission: Can | None = None
    why: str = ""
    power: Power | None = None
    scope: ClientScope | None = None
    fresh: bool = False
    limited: bool = False


def PUBLIC(why: str) -> Rule:  # noqa: N802 - reads as a constant in the routers
    """Anybody may call this, for a stated reason."""
    return Rule("public", why=why)


def SIGNED(why: str) -> Rule:  # noqa: N802
    """The operation checks its own signature or key, as stated."""
    return Rule("signed", why=why)


PERSON = Rule("person")


def access(
    rule: Rule | Can,
    *,
    power: Power | None = None,
    scope: ClientScope | None = None,
    fresh: bool = False,
    limited: bool = False,
) -> Callable[[F], F]:
    """Declare who may call this operation: PUBLIC(why), SIGNED(why), PERSON, or a permission that staff must hold somewhere."""

    def decorate(view: F) -> F:
        plain = rule if isinstance(rule, Rule) else Rule("staff", rule)
        view.access = replace(plain, power=power, scope=scope, fresh=fresh, limited=limited)  # type: ignore[attr-defined]
        return view

    return decorate


class Bearer(HttpBearer):
    """`Authorization: Bearer <access token>`, or `Key <key id>.<secret>` of a client; cookies are never looked at."""

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule

    def __call__(self, request: HttpRequest) -> Any:
        return self.admit(request, request.headers.get("Authorization", ""))

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return self.admit(request, f"Bearer {token}")

    def admit(self, request: Any, header: str) -> Actor:
        """Put the actor on the request, or raise Unauthenticated or Forbidden."""
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "key":
            request.actor = self._client(value.strip())
        else:
            request.actor = self._person(request, value.strip() if scheme.lower() == "bearer" else "")
        found: Actor = request.actor
        return found

    def _client(self, credential: str) -> Actor:
        actor = clients.client_actor(credential)
        if actor is None:
            raise Unauthenticated
        if self.rule.scope is None or self.rule.scope not in actor.scopes:
            raise Forbidden
        return actor

    def _person(self, request: Any, token: str) -> Actor:
        actor = token_actor(token) if token else None
        if actor is None or actor.state != "active":
            raise Unauthenticated
        if actor.is_limited and not self.rule.limited:
            raise ReproofRequired
        if self.rule.permission is not None and not actor.may(self.rule.permission):
            raise Forbidden
        if self.rule.fresh:
            actor.must_be_fresh()
        return in_whose_name(request, actor, self.rule.power)


def in_whose_name(request: Any, actor: Actor, power: Power | None) -> Actor:
    """The actor, or the actor standing in for `Acting-For`: never silently in one's own name."""
    for_whom = request.headers.get("Acting-For", "")
    if not for_whom or for_whom == str(actor.person_id):
        return actor
    try:
        return standing_in(actor, UUID(for_whom), power)
    except ValueError:
        raise NotADelegate from None


def take_optional(request: Any, rule: Rule) -> None:
    """On a public operation: use the credential when there is a good one, refuse a bad one, else nobody."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        actor = token_actor(token.strip())
        if actor is None or actor.state != "active":
            raise Unauthenticated
        request.actor = Actor.anonymous() if actor.is_limited else in_whose_name(request, actor, rule.power)
    elif scheme.lower() == "key" and rule.scope is not None:
        request.actor = Bearer(rule)._client(token.strip())
    else:
        request.actor = Actor.anonymous()
