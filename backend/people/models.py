"""People, where they live, what they may do and how they come in."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from backend.community.models import Division, Home
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.core.rows import Row
from backend.people.roles import Role


class User(AbstractBaseUser):
    """A person. The name is sealed under the person's key, the phone is found by its blind index only."""

    class State(models.TextChoices):
        ACTIVE = "active", "正常 active"
        SUSPENDED = "suspended", "停用 suspended"
        ERASED = "erased", "已注销 erased"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    phone_blind = models.BinaryField(max_length=32, unique=True, null=True)
    name_sealed = models.BinaryField(null=True)
    care_notes_sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=8, default="zh-CN")
    elder_mode = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()
    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def is_staff(self) -> bool:
        """Django's admin asks; staff come in through their roles and MFA, never by this flag."""
        return False

    def __str__(self) -> str:
        return str(self.id)


class Residency(Row):
    """A person's claim on a home, dated, confirmed or not. `until` is the first moment at which it no longer holds."""

    class Relation(models.TextChoices):
        OWNER = "owner", "业主 owner"
        TENANT = "tenant", "租户 tenant"
        FAMILY = "family", "家人 family"
        CARER = "carer", "照护者 carer"
        LANDLORD = "landlord", "房东 landlord"

    class State(models.TextChoices):
        PENDING = "pending", "待确认 pending"
        CONFIRMED = "confirmed", "已确认 confirmed"
        REJECTED = "rejected", "未通过 rejected"
        ENDED = "ended", "已结束 ended"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="residencies")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="residencies")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    compound_id = models.UUIDField()
    relation = models.CharField(max_length=12, choices=Relation)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "home"], condition=Q(state__in=["pending", "confirmed"]), name="one_open_claim_a_home"
            )
        ]


class RoleGrant(Row):
    """A role held on a scope: a division, a compound or a company (`scope_id`)."""

    class Scope(models.TextChoices):
        DISTRICT = "district"
        SUBDISTRICT = "subdistrict"
        COMMUNITY = "community"
        COMPOUND = "compound"
        COMPANY = "company"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=24, choices=[(r.value, r.value) for r in Role])
    scope_kind = models.CharField(max_length=12, choices=Scope)
    scope_id = models.UUIDField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "scope_id"], name="one_grant_of_a_role_on_a_scope")
        ]
        indexes = [models.Index(fields=["role", "scope_id"], name="grants_on_scope")]


class Duty(Row):
    """Who is on a desk, from when to when."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="duties")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="duties")
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "division"], condition=Q(ended_at__isnull=True), name="one_open_duty"
            )
        ]


class EmergencyContact(Row):
    """Who is called for a person, in order. The phone is an Address of notifications, owned by the person."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contacts")
    position = models.PositiveSmallIntegerField()
    name_sealed = models.BinaryField()
    address_id = models.UUIDField()
    relation = models.CharField(max_length=40, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "position"], name="one_contact_a_position", deferrable=models.Deferrable.DEFERRED
            )
        ]


class LoginCode(Row):
    """A code sent to a phone: hashed, 5 minutes, 5 attempts that are counted before comparing."""

    phone_blind = models.BinaryField(max_length=32, db_index=True)
    code_mac = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    consumed_at = models.DateTimeField(null=True)


class Session(Row):
    """A device's login: a family of refresh tokens, and the key by which this device may always raise an alarm."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    device_key = models.CharField(max_length=128)
    device_name = models.CharField(max_length=80, blank=True, default="")
    platform = models.CharField(max_length=24, blank=True, default="")
    assurance = models.CharField(max_length=8, default="otp")
    last_seen_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_why = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"], name="sessions_of_user")]


class RefreshToken(Row):
    """One refresh token of a session. The successor is kept sealed under a key made of the token itself, for the 10 s of grace."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    successor_sealed = models.BinaryField(null=True)
