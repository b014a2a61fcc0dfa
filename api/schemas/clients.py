"""Shapes of clients and their keys."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from backend.core.clock import now
from backend.people.client_keeping import NewKey
from backend.people.models import Client, ClientKey
from backend.people.roles import ClientScope

ScopeKind = Literal["district", "subdistrict", "community", "compound", "company"]


class ClientIn(Schema):
    id: UUID | None = Field(None, description="made by the caller; repeating it changes nothing")
    name: str = Field(min_length=1, max_length=80)
    kind: Literal["kiosk", "partner"]
    scope_kind: ScopeKind
    scope_id: UUID
    scopes: list[ClientScope] = Field(min_length=1, max_length=len(ClientScope))


class ClientKeyIn(Schema):
    overlap_hours: int = Field(
        168, ge=0, le=720, description="how long the key before this one lives on, at most 30 days"
    )


class ClientKeyOut(Schema):
    key_id: str
    state: Literal["live", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime | None = Field(description="set on the older key when a second one is made")
    last_used_at: datetime | None = Field(description="to the minute")
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: ClientKey) -> ClientKeyOut:
        is_over = row.expires_at is not None and row.expires_at <= now()
        return cls(
            key_id=row.key_id,
            state="revoked" if row.revoked_at else "expired" if is_over else "live",
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )


class ClientOut(Schema):
    """A kiosk or a partner system; secrets are never shown again."""

    id: UUID
    name: str
    kind: str
    scope_kind: str
    scope_id: UUID
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    keys: list[ClientKeyOut]

    @classmethod
    def of(cls, row: Client) -> ClientOut:
        keys = sorted(row.keys.all(), key=lambda key: key.created_at)
        return cls(
            id=row.id,
            name=row.name,
            kind=row.kind,
            scope_kind=row.scope_kind,
            scope_id=row.scope_id,
            scopes=row.scopes,
            created_at=row.created_at,
            revoked_at=row.revoked_at,
            last_used_at=max((key.last_used_at for key in keys if key.last_used_at), default=None),
            keys=[ClientKeyOut.of(key) for key in keys],
        )


class NewKeyOut(Schema):
    client: ClientOut
    key_id: str
    secret: str | None = Field(description="shown this once; null when a creation is repeated")
    authorization: str | None = Field(description="the header's value: `Key <key_id>.<secret>`")

    @classmethod
    def of(cls, made: NewKey) -> NewKeyOut:
        return cls(
            client=ClientOut.of(made.client),
            key_id=made.key.key_id,
            secret=made.secret or None,
            authorization=f"Key {made.key.key_id}.{made.secret}" if made.secret else None,
        )
