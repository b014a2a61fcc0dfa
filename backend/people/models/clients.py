"""Programs that call us with keys of their own: kiosks and partner systems."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.core.rows import Row
from backend.people.models.person import User


class Client(Row):
    """A kiosk or a partner system, on a scope (a division, a compound or a company), with a list of what it may do."""

    class Kind(models.TextChoices):
        KIOSK = "kiosk", "自助终端 kiosk"
        PARTNER = "partner", "合作系统 partner"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind)
    scope_kind = models.CharField(max_length=12)
    scope_id = models.UUIDField()
    scopes = ArrayField(models.CharField(max_length=40))
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)


class ClientKey(Row):
    """One of a client's two keys: the secret is kept as a hash only. `expires_at` is set on the old one when a new one is made."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=24, unique=True)
    secret_hash = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
