"""Who may call an operation: declared on every one of them, checked before the body is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.http import HttpRequest
from ninja.security import HttpBearer

from backend.core.errors import Forbidden, Unauthenticated
from backend.people.actor import Actor
from backend.people.login import token_actor
from backend.people.roles import Can

F = TypeVar("F", bound=Callable[..., Any])


class Request(HttpRequest):
    """A request with its actor."""

    actor: Actor


@dataclass(frozen=True)
class Rule:
    """`public`: no credential needed, one given is used. `signed`: the operation checks its own signature. Else a person."""

    kind: Literal["public", "signed", "person", "staff"]
    permission: Can | None = None
    why: str = ""


def PUBLIC(why: str) -> Rule:  # noqa: N802 - reads as a constant in the routers
    """Anybody may call this, for a stated reason."""
    return Rule("public", why=why)


def SIGNED(why: str) -> Rule:  # noqa: N802
    """The operation checks its own signature or key, as stated."""
    return Rule("signed", why=why)


PERSON = Rule("person")


def access(rule: Rule | Can) -> Callable[[F], F]:
    """Declare who may call this operation: PUBLIC(why), SIGNED(why), PERSON, or a permission that staff must hold somewhere."""

    def decorate(view: F) -> F:
        view.access = rule if isinstance(rule, Rule) else Rule("staff", rule)  # type: ignore[attr-defined]
        return view

    return decorate


class NotADelegate(Forbidden):
    """You hold no power to act for this person."""

    code, zh = "not-a-delegate", "您没有代办此人事务的授权"


class Bearer(HttpBearer):
    """`Authorization: Bearer <access token>`; cookies are never looked at under /api/v1."""

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule

    def __call__(self, request: HttpRequest) -> Any:
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        return self.admit(request, token.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return self.admit(request, token)

    def admit(self, request: Any, token: str) -> Actor:
        """Put the actor on the request, or raise Unauthenticated or Forbidden."""
        actor = token_actor(token) if token else None
        if actor is None or actor.state != "active":
            raise Unauthenticated
        if self.rule.permission is not None and not actor.may(self.rule.permission):
            raise Forbidden
        for_whom = request.headers.get("Acting-For", "")
        if for_whom and for_whom != str(actor.person_id):
            raise NotADelegate  # never done silently in one's own name
        request.actor = actor
        return actor


def take_optional(request: Any) -> None:
    """On a public operation: use the credential when there is a good one, refuse a bad one, else nobody."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        actor = token_actor(token.strip())
        if actor is None or actor.state != "active":
            raise Unauthenticated
        request.actor = actor
    else:
        request.actor = Actor.anonymous()
