"""Codes, logins of devices, refresh tokens, changes of the phone."""

from __future__ import annotations

from django.db import models

from backend.core.clock import now
from backend.core.due import DueRow
from backend.core.rows import Row
from backend.people.models.person import User


class LoginCode(Row):
    """A code sent to a phone: hashed, 5 minutes, 5 attempts that are counted before comparing; good for one purpose only.

    `about`: what the code is good for besides its purpose (a delegation, a person), null for a login. `prefix_blind` finds
    the codes of numbers that differ in their last four digits only. `is_sent` false: the same row, but no SMS went out.
    """

    class Purpose(models.TextChoices):
        LOGIN = "login"
        PROOF = "proof"
        PHONE = "phone"
        DELEGATION = "delegation"

    phone_blind = models.BinaryField(max_length=32, db_index=True)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.LOGIN)
    about = models.UUIDField(null=True)
    code_mac = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    consumed_at = models.DateTimeField(null=True)
    prefix_blind = models.BinaryField(max_length=32, default=b"", db_default=b"")
    is_sent = models.BooleanField(default=True, db_default=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="codes_by_time")]


class CodeBreaker(models.Model):
    """While it is open, codes of this scope go to the phones of known persons only.

    `scope`: `district`, or the blind index of a prefix in hex.
    """

    scope = models.CharField(max_length=64, primary_key=True)
    sent = models.IntegerField()
    verified = models.IntegerField()
    opened_at = models.DateTimeField(default=now)
    open_until = models.DateTimeField()


class Session(Row):
    """A device's login: a family of refresh tokens, and the key by which this device may always raise an alarm.

    `authenticated_at`: when the person last proved who they are (dangerous acts ask for a fresh proof).
    `is_limited`: the phone number came back after a long silence on an unknown device; it may belong to somebody else by now.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    device_key = models.CharField(max_length=128)
    device_name = models.CharField(max_length=80, blank=True, default="")
    platform = models.CharField(max_length=24, blank=True, default="")
    assurance = models.CharField(max_length=8, default="otp")
    authenticated_at = models.DateTimeField(default=now)
    is_limited = models.BooleanField(default=False)
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


class PhoneChange(Row, DueRow):
    """A new phone for a person, asked for at the desk: it takes effect at `due_at`, so that the old phone can refuse it."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待生效 waiting"
        DONE = "done", "已生效 done"
        REFUSED = "refused", "已拒绝 refused"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    phone_sealed = models.BinaryField()
    phone_blind = models.BinaryField(max_length=32)
    reason_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="phone_changes_due")]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(state="waiting"), name="one_waiting_phone")
        ]
