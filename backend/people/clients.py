"""Kiosks and partner systems: keys, scopes, rotation."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from django.db.models import Q

from backend.core.clock import now
from backend.core.queries import looking_up
from backend.people.actor import Actor
from backend.people.models import ClientKey

USED_EVERY = timedelta(minutes=1)


def client_actor(credential: str) -> Actor | None:
    """Who `Authorization: Key <key id>.<secret>` belongs to; None when it proves nobody. Notes the use, once a minute."""
    key_id, _, secret = credential.partition(".")
    moment = now()
    with looking_up("client"):
        key = (
            ClientKey.objects.select_related("client")
            .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=moment))
            .filter(key_id=key_id, revoked_at__isnull=True, client__revoked_at__isnull=True)
            .first()
        )
        if key is None or not hmac.compare_digest(bytes(key.secret_hash), hashlib.sha256(secret.encode()).digest()):
            return None
        if key.last_used_at is None or key.last_used_at + USED_EVERY <= moment:
            ClientKey.objects.filter(id=key.id).update(last_used_at=moment)
        return Actor.client(key.client_id, frozenset(key.client.scopes))
