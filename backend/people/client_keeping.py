"""Keeping clients: who may call us with a key, for what, and the change from one key to the next.

A client has at most two live keys, so that it can change over without a gap: making the second gives the first an end. Secrets
are shown once and kept as a hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.community.models import Company, Compound, Division
from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.core.ids import uuid7
from backend.core.verb import record, verb
from backend.people import clients
from backend.people.actor import Actor
from backend.people.models import Client, ClientKey
from backend.people.roles import Can, ClientScope

LIVE_KEYS = 2
MOST_OVERLAP = timedelta(days=30)


class TwoKeysLive(Conflict):
    """This client has two live keys already; end one of them first."""

    code, zh = "two-keys-live", "已有两个有效密钥，请先停用其中一个"


class ClientRevoked(Conflict):
    """This client was revoked; make a new one."""

    code, zh = "client-revoked", "该客户端已被吊销，请新建"


class ClientIdTaken(Conflict):
    """This id belongs to another client."""

    code, zh = "id-taken", "该编号已被使用"


@dataclass(frozen=True)
class NewKey:
    """A key with its secret, which nobody can read again; empty when the same creation is repeated."""

    client: Client
    key: ClientKey
    secret: str = field(repr=False)
    is_repeat: bool = False


def _places(kind: str, scope_id: UUID) -> dict[str, UUID | None]:
    """Where a permission must hold for a client on this scope. Raises Invalid when there is no such place."""
    place: Division | Compound | Company | None
    if kind == "compound":
        place = Compound.objects.filter(id=scope_id).first()
        if place is not None:
            return {"compound": place.id, "community": place.community_id}
    elif kind == "company":
        place = Company.objects.filter(id=scope_id).first()
        if place is not None:
            return {"company": place.id}
    elif Division.objects.filter(id=scope_id, kind=kind).exists():
        return {"division": scope_id, "community": scope_id}
    raise Invalid(FieldError("/scope_id", "unknown-place", "there is no such place", "没有此范围"))


def _client(actor: Actor, client_id: UUID) -> Client:
    """The client, locked, if it is in the actor's reach. Raises NotFound."""
    found = clients.visible_to(actor).prefetch_related(None).select_for_update().filter(id=client_id).first()
    if found is None:
        raise NotFound
    return found


def _issue(client: Client) -> tuple[ClientKey, str]:
    secret = secrets.token_urlsafe(32)
    key = ClientKey.objects.create(
        client=client, key_id=f"ck_{secrets.token_hex(9)}", secret_hash=hashlib.sha256(secret.encode()).digest()
    )
    return key, secret


@verb("client.made")
def make_client(
    actor: Actor,
    *,
    name: str,
    kind: str,
    scope_kind: str,
    scope_id: UUID,
    scopes: Sequence[ClientScope],
    id: UUID | None = None,
) -> NewKey:
    """Register a kiosk or a partner system on a place, with its first key.

    Raises Forbidden outside the actor's reach, Invalid for an unknown place, ClientIdTaken.
    """
    actor.require(Can.CLIENT_KEEP)
    actor.must_be_fresh()
    if not actor.may(Can.CLIENT_KEEP, **_places(scope_kind, scope_id)):
        raise Forbidden
    made = Client(
        id=id or uuid7(),
        name=name,
        kind=kind,
        scope_kind=scope_kind,
        scope_id=scope_id,
        scopes=sorted({str(scope) for scope in scopes}),
        made_by_id=actor.person_id,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return _made_before(actor, made.id)
    key, secret = _issue(made)
    record("client.made", about=made, kind=kind, scope=str(scope_id), scopes=made.scopes, key=key.key_id)
    return NewKey(made, key, secret)


def _made_before(actor: Actor, client_id: UUID) -> NewKey:
    found = Client.objects.filter(id=client_id, made_by=actor.person_id).first()
    key = found.keys.order_by("created_at").first() if found else None
    if found is None or key is None:
        raise ClientIdTaken
    return NewKey(found, key, "", is_repeat=True)


@verb("client.key_made")
def make_key(actor: Actor, *, client_id: UUID, overlap: timedelta) -> NewKey:
    """A second key; the one before it lives on for `overlap` (at most 30 days). Raises NotFound, ClientRevoked, TwoKeysLive."""
    actor.require(Can.CLIENT_KEEP)
    actor.must_be_fresh()
    client = _client(actor, client_id)
    if client.revoked_at is not None:
        raise ClientRevoked
    moment = now()
    alive = list(ClientKey.objects.filter(clients.live(moment), client=client))
    if len(alive) >= LIVE_KEYS:
        raise TwoKeysLive
    ends = moment + min(max(overlap, timedelta()), MOST_OVERLAP)
    for old in alive:
        old.expires_at = min(old.expires_at or ends, ends)
        old.save(update_fields=["expires_at"])
    key, secret = _issue(client)
    record("client.key_made", about=client, key=key.key_id, ending=[old.key_id for old in alive])
    return NewKey(client, key, secret)


@verb("client.key_ended")
def end_key(actor: Actor, *, client_id: UUID, key_id: str) -> None:
    """End one key now; ending it again changes nothing. Raises NotFound."""
    actor.require(Can.CLIENT_KEEP)
    actor.must_be_fresh()
    client = _client(actor, client_id)
    key = client.keys.filter(key_id=key_id).first()
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        ClientKey.objects.filter(id=key.id).update(revoked_at=now())
    record("client.key_ended", about=client, key=key_id)


@verb("client.revoked")
def revoke_client(actor: Actor, *, client_id: UUID) -> None:
    """End the client and all its keys; doing it again changes nothing. Raises NotFound."""
    actor.require(Can.CLIENT_KEEP)
    actor.must_be_fresh()
    client = _client(actor, client_id)
    if client.revoked_at is None:
        client.revoked_at = now()
        client.save(update_fields=["revoked_at"])
        client.keys.filter(revoked_at__isnull=True).update(revoked_at=client.revoked_at)
    record("client.revoked", about=client)
