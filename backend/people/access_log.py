"""Who looked at a person: read from the audit, shown to that person."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.core import vault
from backend.core.audit import AuditRow
from backend.core.queries import looking_up
from backend.people.models import RoleGrant
from backend.people.profile import scope_names
from backend.people.reading import names_by_id
from backend.people.reveal import EVENT, REASON, REASONS
from backend.people.roles import TABLE, Can, Role

READ = "person.read"  # a masked card was opened or found
EVENTS = (EVENT, READ)


@dataclass(frozen=True)
class Look:
    """One look. `fields` is empty when only the masked card was seen; `words` is the reason as it was written, if it was."""

    id: UUID
    at: datetime
    name: str
    role: str
    place: str
    fields: list[str]
    reason: str
    words: str
    about: str

    def why(self, language: str) -> str:
        """The reason in the reader's language, or as it was written."""
        if self.words:
            return self.words
        zh, en = REASONS.get(self.reason, ("", ""))
        return zh if language.startswith("zh") else en


def looks_at(person_id: UUID) -> QuerySet[AuditRow]:
    """The audit rows of looks at a person by others."""
    rows = AuditRow.objects.filter(
        object_type="people.user", object_id=person_id, event__in=EVENTS, actor_kind="person"
    )
    return rows.exclude(actor_id=person_id)


def shown(rows: Sequence[AuditRow], language: str = "zh-CN") -> list[Look]:
    """These rows as the person reads them: the name and office of who looked, nothing else of them."""
    lookers = {row.id: UUID(row.data["to"]) if "to" in row.data else row.actor_id for row in rows}
    with looking_up("access-log"):
        grants = _grants({looker for looker in lookers.values() if looker})
        places = scope_names([grant for held in grants.values() for grant in held], language)
        named = scope_names([_scope(row.data) for row in rows if "scope" in row.data], language)
    names = names_by_id(lookers.values())
    made = []
    for row, words in zip(rows, _words(rows), strict=True):
        looker = lookers[row.id]
        role, place = row.data.get("role", ""), named.get(UUID(row.data["scope"]), "") if "scope" in row.data else ""
        if not role and looker in grants:
            grant = grants[looker][0]
            role, place = grant.role, places.get(grant.scope_id, "")
        made.append(
            Look(
                id=row.id,
                at=row.at,
                name=names.get(looker, "") if looker else "",
                role=role,
                place=place,
                fields=list(row.data.get("fields", [])),
                reason=row.data.get("reason", ""),
                words=words,
                about=row.data.get("about_id", ""),
            )
        )
    return made


def _grants(people: set[UUID]) -> dict[UUID, list[RoleGrant]]:
    """The staff roles of these people: first those by which they look at others, then the oldest."""
    held = RoleGrant.objects.filter(user__in=people).exclude(role=Role.RESIDENT).order_by("created_at")
    found: dict[UUID, list[RoleGrant]] = {}
    for grant in sorted(held, key=lambda g: not TABLE[Role(g.role)] & {Can.PERSON_READ, Can.PERSON_REVEAL}):
        found.setdefault(grant.user_id, []).append(grant)
    return found


def _scope(facts: dict[str, Any]) -> RoleGrant:
    return RoleGrant(scope_kind=facts["scope_kind"], scope_id=UUID(facts["scope"]))


def _words(rows: Sequence[AuditRow]) -> list[str]:
    sealed = [row for row in rows if "sealed" in row.data]
    opened = vault.unseal_many(
        (row.object_id, REASON, base64.b64decode(row.data["sealed"])) for row in sealed if row.object_id
    )
    texts = {row.id: text for row, text in zip(sealed, opened, strict=True)}
    return [texts.get(row.id, "") for row in rows]
