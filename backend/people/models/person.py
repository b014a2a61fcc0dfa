"""A person and whom to call for them."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.core.rows import Row


class User(AbstractBaseUser):
    """A person. The name is sealed under the person's key, phone and identity number are found by their blind indexes only.

    `staff_name`: what a member of staff types at the staff login (with a password and a second factor); null for residents.
    `enrolled_by`: the desk that enrolled a person who did not register alone.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "正常 active"
        SUSPENDED = "suspended", "停用 suspended"
        ERASED = "erased", "已注销 erased"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    phone_blind = models.BinaryField(max_length=32, unique=True, null=True)
    name_sealed = models.BinaryField(null=True)
    identity_blind = models.BinaryField(max_length=32, unique=True, null=True)
    identity_sealed = models.BinaryField(null=True)
    care_notes_sealed = models.BinaryField(null=True)
    staff_name = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 - unique, and most people have none
    language = models.CharField(max_length=8, default="zh-CN")
    elder_mode = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    enrolled_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)
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
