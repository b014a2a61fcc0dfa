"""Second factors of members of staff: which a person holds, and their end."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator

from backend.core.queries import looking_up

PRIMARY = frozenset({"totp", "webauthn"})
"""What makes a login complete; recovery codes only stand in for one of these."""


def types_of(user_id: UUID | None) -> set[str]:
    """`totp`, `webauthn`, `recovery_codes`: what the person holds."""
    return set(kinds(user_id))


def kinds(user_id: UUID | None) -> tuple[str, ...]:
    """The kinds of the person's factors, each as often as it is there."""
    if user_id is None:
        return ()
    with looking_up("staff login"):
        return tuple(sorted(Authenticator.objects.filter(user_id=user_id).values_list("type", flat=True)))


def has_factor(user_id: UUID | None) -> bool:
    """Whether the person holds a factor by which a login can be completed."""
    return bool(types_of(user_id) & PRIMARY)


def count(user_id: UUID) -> int:
    """How many such factors the person holds."""
    return sum(kind in PRIMARY for kind in kinds(user_id))


def remove_all(user_id: UUID) -> int:
    """Delete every factor of a person (a new invitation, an erasure); returns how many. Call it inside a verb."""
    deleted: int = Authenticator.objects.filter(user_id=user_id).delete()[0]
    return deleted
