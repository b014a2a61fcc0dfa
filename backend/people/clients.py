"""Who a client's key belongs to, and which clients an administrator may see. Keeping them: `client_keeping`."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from backend.core import limits
from backend.core.clock import now
from backend.core.queries import looking_up
from backend.people.actor import Actor
from backend.people.models import Client, ClientKey
from backend.people.reach import all_compounds
from backend.people.roles import Can

USED_EVERY = timedelta(minutes=1)
PER_MINUTE = 600
_KEY_ID = re.compile(r"^[A-Za-z0-9_]{1,24}\Z")
# Compared with when there is no such key, so that both refusals take the same work.
_NOBODY = bytes(32)


def live(moment: datetime) -> Q:
    """A filter on ClientKey: neither revoked nor expired."""
    return Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=moment))


def client_actor(credential: str) -> Actor | None:
    """Who `Authorization: Key <key id>.<secret>` belongs to; None when it proves nobody. Notes the use, once a minute.

    Raises TooMany above 600 calls a minute with one key.
    """
    key_id, _, secret = credential.partition(".")
    if not _KEY_ID.match(key_id):
        return None
    moment = now()
    with looking_up("client"):
        rows = ClientKey.objects.select_related("client").filter(live(moment))
        key = rows.filter(key_id=key_id, client__revoked_at__isnull=True).first()
        kept = bytes(key.secret_hash) if key is not None else _NOBODY
        given = hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
        if not hmac.compare_digest(kept, given) or key is None:
            return None
        if key.last_used_at is None or key.last_used_at + USED_EVERY <= moment:
            ClientKey.objects.filter(id=key.id).update(last_used_at=moment)
    limits.hit("client.key.minute", key.key_id, limit=PER_MINUTE, per=60)
    return Actor.client(key.client_id, frozenset(key.client.scopes))


def visible_to(actor: Actor) -> QuerySet[Client]:
    """The clients on the places where the actor may keep clients."""
    reach = actor.reach(Can.CLIENT_KEEP)
    found = Client.objects.prefetch_related("keys")
    if reach.everywhere:
        return found
    return found.filter(scope_id__in=reach.ids | all_compounds(reach)) if reach else found.none()
