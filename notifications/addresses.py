"""Addresses: where a person is reached. Phones and push tokens are sealed in the vault and found by blind index only."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import phonenumbers
from django.db import models

from backend.core import vault
from backend.core.clock import now
from backend.core.rows import Row

CONTEXT = "notifications.address.value"
SMS, EMAIL = "sms", "email"
FCM, WEBPUSH = "fcm", "webpush"
HUAWEI, XIAOMI, OPPO, VIVO, JPUSH = "huawei", "xiaomi", "oppo", "vivo", "jpush"
WECHAT = "wechat"
PUSH = (FCM, WEBPUSH, HUAWEI, XIAOMI, OPPO, VIVO, JPUSH)
KINDS = (
    (SMS, "SMS"),
    (EMAIL, "E-mail"),
    (FCM, "FCM"),
    (WEBPUSH, "Web Push"),
    (HUAWEI, "Huawei Push"),
    (XIAOMI, "Xiaomi Push"),
    (OPPO, "OPPO Push"),
    (VIVO, "vivo Push"),
    (JPUSH, "JPush"),
    (WECHAT, "WeChat"),
)


class Address(Row):
    """`person_id` owns the row and its key. `is_own` false: it reaches a contact of that person, and only when asked by id."""

    person_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=KINDS)
    is_own = models.BooleanField(default=True)
    value_sealed = models.BinaryField()
    value_blind = models.BinaryField(max_length=32)
    device_key = models.CharField(max_length=120, blank=True)
    platform = models.CharField(max_length=16, blank=True)
    retired_at = models.DateTimeField(null=True)
    retired_why = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "notifications"
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "kind", "is_own", "value_blind"],
                condition=models.Q(retired_at__isnull=True),
                name="one_live_address",
            )
        ]
        indexes = [
            models.Index(fields=["value_blind"], name="address_by_value"),
            models.Index(fields=["person_id", "kind"], name="address_of_person"),
        ]

    @property
    def value(self) -> str:
        """The phone (E.164), e-mail address, token or subscription. Raises KeyDestroyed when the person was erased."""
        return vault.unseal(self.person_id, CONTEXT, bytes(self.value_sealed))


def e164(phone: str) -> str:
    """A phone as `+8613…`; Chinese when it has no country code; unchanged when it is no phone number."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone, "CN"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return phone


def _blind(kind: str, value: str) -> bytes:
    return vault.blind(f"address.{kind}", value)


def add(
    person_id: UUID,
    kind: str,
    value: str,
    *,
    identity: str = "",
    is_own: bool = True,
    device_key: str = "",
    platform: str = "",
) -> Address:
    """The live address of this value, made if there is none (inside a verb).

    Pass `is_own=False` for the phone of an emergency contact: it is texted by its id only, never as the person's own. `identity` is
    what makes the value the same again where its other parts may change (the endpoint of a subscription). A push token belongs to
    one person and one device at a time: the same token of others and the device's former token, of whatever service, retire.
    """
    value = _canonical(kind, value)
    blind = _blind(kind, identity or value)
    live = Address.objects.filter(kind=kind, retired_at__isnull=True)
    if kind in PUSH:
        _retire(live.filter(value_blind=blind).exclude(person_id=person_id), "moved")
        if device_key:
            of_device = live_pushes(person_id).filter(device_key=device_key)
            _retire(of_device.exclude(kind=kind, value_blind=blind), "replaced")
    made = Address(
        person_id=person_id,
        kind=kind,
        is_own=is_own,
        value_sealed=vault.seal(person_id, CONTEXT, value),
        value_blind=blind,
        device_key=device_key,
        platform=platform,
    )
    Address.objects.bulk_create([made], ignore_conflicts=True)
    kept = live.get(person_id=person_id, is_own=is_own, value_blind=blind)
    if identity and kept.id != made.id:
        kept.value_sealed = made.value_sealed
        kept.save(update_fields=["value_sealed"])
    return kept


def _canonical(kind: str, value: str) -> str:
    if kind == SMS:
        return e164(value)
    if kind == EMAIL:
        local, _, domain = value.strip().rpartition("@")
        return f"{local}@{domain.lower()}"
    return value


def live(person_id: UUID, kind: str) -> models.QuerySet[Address]:
    """The person's own live addresses of this kind."""
    return Address.objects.filter(person_id=person_id, kind=kind, is_own=True, retired_at__isnull=True)


def live_of(person_id: UUID, kinds: Iterable[str]) -> models.QuerySet[Address]:
    """The person's own live addresses of any of these kinds."""
    return Address.objects.filter(person_id=person_id, kind__in=list(kinds), is_own=True, retired_at__isnull=True)


def live_pushes(person_id: UUID) -> models.QuerySet[Address]:
    """The person's own live push tokens and subscriptions, of every push service."""
    return live_of(person_id, PUSH)


def values(which: Iterable[Address]) -> dict[UUID, str]:
    """Address id → phone, e-mail address or token, opened with one query for the keys; empty where the person was erased."""
    rows = list(which)
    opened = vault.unseal_many((row.person_id, CONTEXT, row.value_sealed) for row in rows)
    return {row.id: value for row, value in zip(rows, opened, strict=True)}


def owners_of_phone(phone: str) -> set[UUID]:
    """Whose own phone this is."""
    found = Address.objects.filter(value_blind=_blind(SMS, e164(phone)), is_own=True, retired_at__isnull=True)
    return set(found.values_list("person_id", flat=True))


def others_with_phone(phone: str) -> set[UUID]:
    """The addresses that somebody keeps of another person (an emergency contact's) with this phone, E.164."""
    found = Address.objects.filter(value_blind=_blind(SMS, e164(phone)), is_own=False, retired_at__isnull=True)
    return set(found.values_list("id", flat=True))


def retire(address_id: UUID, why: str) -> None:
    """Send nothing more there."""
    _retire(Address.objects.filter(id=address_id, retired_at__isnull=True), why)


def retire_device(person_id: UUID, device_key: str) -> int:
    """Forget the push token of one of the person's devices; returns how many were live."""
    return _retire(live_pushes(person_id).filter(device_key=device_key), "removed")


def _retire(which: models.QuerySet[Address], why: str) -> int:
    return which.update(retired_at=now(), retired_why=why)
