"""Roles on scopes, duty, and powers that one person gives another."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.community.models import Division
from backend.core.clock import now
from backend.core.rows import Row
from backend.people.models.person import User
from backend.people.roles import Power, Role


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
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

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


class Delegation(Row):
    """Powers that a person gave somebody who acts for them, until an end. Never staff rights, always revocable.

    `consent`: how the person agreed: by their own login (`self`), by a code sent to their phone (`code`), or before a member of
    the desk (`witnessed`, who is `witness`). Nothing holds before `consented_at`.
    """

    class Consent(models.TextChoices):
        SELF = "self"
        CODE = "code"
        WITNESSED = "witnessed"

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="delegations_given")
    delegate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="delegations_held")
    powers = ArrayField(models.CharField(max_length=12, choices=[(p.value, p.value) for p in Power]))
    until = models.DateTimeField()
    consent = models.CharField(max_length=12, choices=Consent)
    consented_at = models.DateTimeField(null=True, blank=True)
    witness = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "delegate"], condition=Q(revoked_at__isnull=True), name="one_open_delegation_a_pair"
            )
        ]


class StaffInvitation(Row):
    """A one-time link by which a member of staff sets a password and a second factor."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
