"""Revealing: what is masked for staff is shown in full only with a right, a reason and a trace that the person can read.

A reason that is no known code is kept as its words, sealed under the person who was looked at.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.core import limits, vault
from backend.core.clock import now
from backend.core.errors import FieldError, Forbidden, Invalid, NotFound
from backend.core.verb import record, verb
from backend.people import identity
from backend.people.actor import Actor
from backend.people.models import Residency, User
from backend.people.reach import Grant
from backend.people.reading import CARE, contacts_of, name_of, phone_of
from backend.people.roles import REVEALS, TABLE, Can

EVENT = "person.revealed"
REASON = "people.reveal.reason"
FIELDS = ("name", "phone", "identity_number", "care_notes", "contacts")
REASONS = {
    "incident": ("处理求助", "answering a call for help"),
    "call_back": ("电话回访", "calling back"),
    "visit": ("上门服务", "a visit"),
    "repair": ("处理报修", "a repair"),
    "proof": ("核实身份或住所", "checking identity or home"),
    "other": ("其他", "other"),
}
SHORTEST, LONGEST = 4, 200
AN_HOUR, OF_ONE_AN_HOUR = 60, 10

Places = dict[str, UUID | None]
_bonds: list[Callable[[UUID], list[Places]]] = []


class RevealNotAllowed(Forbidden):
    """Your role does not show this."""

    code, zh = "reveal-not-allowed", "您的角色不能查看此项"


@dataclass(frozen=True)
class Revealed:
    """What was asked for; the rest is None."""

    person_id: UUID
    name: str | None = None
    phone: str | None = None
    identity_number: str | None = None
    care_notes: str | None = None
    contacts: list[dict[str, Any]] | None = field(default=None)


def bond(places_of: Callable[[UUID], list[Places]]) -> Callable[[UUID], list[Places]]:
    """Register what ties a person to places beside their homes (a call for help that is open)."""
    _bonds.append(places_of)
    return places_of


def places_of(person_id: UUID) -> list[Places]:
    """Where a person lives or has claimed to live, and where they called for help."""
    alive = Q(until__isnull=True) | Q(until__gt=now())
    lived = Residency.objects.filter(alive, user_id=person_id, state__in=["pending", "confirmed"])
    found: list[Places] = [{"compound": r.compound_id, "community": r.community_id} for r in lived]
    return found + [place for bonded in _bonds for place in bonded(person_id)]


def reaching(actor: Actor, person_id: UUID) -> list[Grant]:
    """The actor's roles that may reveal and reach this person."""
    places = places_of(person_id)
    held = [g for g in actor.grants if Can.PERSON_REVEAL in TABLE[g.role]]
    alone = [(g, replace(actor, grants=(g,), _reaches={})) for g in held]
    return [g for g, one in alone if any(one.may(Can.PERSON_REVEAL, **place) for place in places)]


def reveal(actor: Actor, *, person_id: UUID, fields: Sequence[str], reason: str, about: UUID | None = None) -> Revealed:
    """Show these fields of a person in full, and write down who saw what and why.

    Raises NotFound out of reach, RevealNotAllowed, Invalid (fields, reason), TooMany (60 an hour, 10 of one person).
    """
    faults = []
    if not fields or not set(fields) <= set(FIELDS):
        faults.append(FieldError("/fields", "unknown-field", f"some of {', '.join(FIELDS)}", "请选择要查看的内容"))
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        faults.append(
            FieldError("/reason", "reason-needed", "say why, in 4 to 200 characters", "请填写理由（4 到 200 字）")
        )
    if faults:
        raise Invalid(*faults)
    looker = str(actor.must_be_known())
    limits.hit("reveal.hour", looker, limit=AN_HOUR, per=3600)
    limits.hit("reveal.one.hour", f"{looker}|{person_id}", limit=OF_ONE_AN_HOUR, per=3600)
    return _reveal(actor, person_id=person_id, fields=fields, reason=reason.strip(), about=about)


@verb(EVENT)
def _reveal(actor: Actor, *, person_id: UUID, fields: Sequence[str], reason: str, about: UUID | None) -> Revealed:
    user = User.objects.filter(id=person_id).exclude(state=User.State.ERASED).first()
    grants = reaching(actor, person_id) if user is not None else []
    if user is None or not grants:
        raise NotFound
    asked = set(fields)
    grant = next((g for g in grants if asked <= REVEALS[g.role]), None)
    if grant is None:
        raise RevealNotAllowed
    _write(user.id, asked, reason, about, grant=grant)
    return Revealed(
        person_id=user.id,
        name=name_of(user) if "name" in asked else None,
        phone=phone_of(user.id) if "phone" in asked else None,
        identity_number=_opened(user, user.identity_sealed, identity.CONTEXT) if "identity_number" in asked else None,
        care_notes=_opened(user, user.care_notes_sealed, CARE) if "care_notes" in asked else None,
        contacts=[{"name": c.name, "phone": c.phone, "relation": c.relation} for c in contacts_of(user.id, reveal=True)]
        if "contacts" in asked
        else None,
    )


def _opened(user: User, sealed: bytes | memoryview | None, context: str) -> str:
    return vault.unseal(user.id, context, sealed) if sealed is not None else ""


def disclosed(
    actor: Actor, person_id: UUID, fields: Iterable[str], *, reason: str, about: UUID | None, to: UUID | None = None
) -> None:
    """Write down (inside a verb) that an act showed these fields of a person to the actor, or `to` somebody else."""
    grants = reaching(actor, person_id) if to is None else []
    _write(person_id, set(fields), reason, about, grant=grants[0] if grants else None, to=to)


def _write(
    person_id: UUID, fields: set[str], reason: str, about: UUID | None, *, grant: Grant | None, to: UUID | None = None
) -> None:
    known = reason in REASONS
    facts: dict[str, Any] = {"fields": [f for f in FIELDS if f in fields], "reason": reason if known else "other"}
    if not known:
        facts["sealed"] = base64.b64encode(vault.seal(person_id, REASON, reason)).decode()
    if about is not None:
        facts["about_id"] = str(about)
    if to is not None:
        facts["to"] = str(to)
    if grant is not None:
        facts |= {"role": str(grant.role), "scope_kind": grant.scope_kind, "scope": str(grant.scope_id)}
    record(EVENT, about=User(id=person_id), **facts)
