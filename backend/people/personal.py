"""The room of people's part in export and erasure. It erases last: with the key goes whatever any room has sealed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import ForeignKey, Model, Q, QuerySet

from backend.core import vault
from backend.core.catalogue import entries
from backend.core.clock import now
from backend.core.subjects import erases, exports, files_of, keeps, rows
from backend.core.verb import record
from backend.people.evidence import CONTEXT as PICTURE
from backend.people.homes import MINE, OPEN, close
from backend.people.models import (
    ClaimEvidence,
    Consent,
    Delegation,
    DelegationRequest,
    Duty,
    EmergencyContact,
    HomeInvitation,
    LoginCode,
    PhoneChange,
    PrivacyRequest,
    Residency,
    RoleGrant,
    Session,
    StaffInvitation,
    User,
)
from notifications.deliveries import Delivery
from notifications.notices import notify

NO_PASSWORD = "!"  # noqa: S105 - Django's mark for a password that nothing matches


@exports("people")
def exported(person_id: UUID) -> dict[str, Any]:
    """Everything of the person in this room, and what tables of other packages hold.

    Who else stands in a row is left out where it would tell whether a phone has an account.
    """
    user = User.objects.get(id=person_id)
    pictures = list(ClaimEvidence.objects.filter(user=user).order_by("id"))
    return {
        "me.json": rows(User.objects.filter(id=person_id)),
        "contacts.json": rows(EmergencyContact.objects.filter(user=user)),
        "homes.json": rows(Residency.objects.filter(user=user).order_by("id")),
        "home_evidence.json": rows(ClaimEvidence.objects.filter(user=user).order_by("id")),
        **{f"home_evidence/{p.id}.jpg": content for p in pictures if (content := _picture(p)) is not None},
        "home_invitations.json": [_offered(row, person_id) for row in rows(_invitations(user).order_by("id"))],
        "powers.json": [
            _power(row, person_id)
            for row in rows(Delegation.objects.filter(Q(person=user) | Q(delegate=user)).order_by("id"))
        ],
        "power_requests.json": [row | {"person": None} for row in rows(DelegationRequest.objects.filter(asker=user))],
        "roles.json": rows(RoleGrant.objects.filter(user=user)),
        "duties.json": rows(Duty.objects.filter(user=user).order_by("id")),
        "staff_invitations.json": rows(StaffInvitation.objects.filter(user=user)),
        "logins.json": rows(Session.objects.filter(user=user).order_by("id")),
        "login_codes.json": rows(LoginCode.objects.filter(phone_blind=user.phone_blind).exclude(phone_blind=None)),
        "phone_changes.json": rows(PhoneChange.objects.filter(user=user)),
        "consents.json": rows(Consent.objects.filter(user=user).order_by("id")),
        "privacy_requests.json": rows(PrivacyRequest.objects.filter(user=user)),
        **{f"{model._meta.label_lower}.json": rows(found) for model, found in _foreign(person_id)},
    }


def _picture(row: ClaimEvidence) -> bytes | None:
    with suppress(FileNotFoundError, vault.KeyDestroyed), default_storage.open(row.file) as file:
        return vault.unseal_bytes(row.user_id, PICTURE, file.read())
    return None


def _offered(row: dict[str, Any], person_id: UUID) -> dict[str, Any]:
    """A landlord learns the answer to an offer, not the account that gave it."""
    return row if row["invited_by"] != person_id else row | {"person": None}


def _power(row: dict[str, Any], person_id: UUID) -> dict[str, Any]:
    """Whom one named by phone is not given out by id; who asked for the power with a code is known anyway."""
    if row["person"] != person_id or row["consent"] == Delegation.Consent.CODE:
        return row
    return row | {"delegate": None, "revoked_by": person_id if row["revoked_by"] == person_id else None}


def _invitations(user: User) -> QuerySet[HomeInvitation]:
    """Homes offered to the person, by their phone too, or let by them; not what they offered to others at the desk."""
    let = Q(invited_by=user, kind=HomeInvitation.Kind.OCCUPANCY)
    mine = Q(person=user) | Q(enrolled=user) | let
    return HomeInvitation.objects.filter(mine | Q(phone_blind=user.phone_blind) if user.phone_blind else mine)


def _foreign(person_id: UUID) -> list[tuple[type[Model], QuerySet[Any]]]:
    """The person's rows in tables of other packages, by every foreign key that points at people."""
    labels = {label for label, entry in entries().items() if entry.is_foreign and entry.personal}
    return [
        (model, model._default_manager.filter(**{column.attname: person_id}))
        for model in apps.get_models()
        if model._meta.label in labels
        for column in model._meta.concrete_fields
        if isinstance(column, ForeignKey) and column.related_model is User
    ]


@files_of("people")
def files(person_id: UUID) -> list[str]:
    return list(ClaimEvidence.objects.filter(user_id=person_id).values_list("file", flat=True))


def leave(person_id: UUID) -> None:
    """End what ties the person to others, before anything is erased (inside a verb): homes, powers, duty, logins."""
    moment = now()
    for home in Residency.objects.select_for_update().filter(user_id=person_id, state__in=OPEN):
        close(home, why="erased", at=moment)
    powers = Delegation.objects.select_for_update().filter(
        Q(person_id=person_id) | Q(delegate_id=person_id), revoked_at__isnull=True
    )
    for power in powers:
        power.revoked_at, power.revoked_by_id = moment, person_id
        power.save(update_fields=["revoked_at", "revoked_by"])
        record("delegation.revoked", about=power, person=str(power.person_id), delegate=str(power.delegate_id))
        other = power.delegate_id if power.person_id == person_id else power.person_id
        notify(other, "delegation.ended", {}, about=MINE, key=f"revoked:{power.id}")
    Duty.objects.filter(user_id=person_id, ended_at__isnull=True).update(ended_at=moment)
    Session.objects.filter(user_id=person_id, revoked_at__isnull=True).update(revoked_at=moment, revoked_why="erased")


@erases("people")
def erase(person_id: UUID) -> None:
    """Rows, blind indexes, the staff login, and at the end the key."""
    user = User.objects.select_for_update().get(id=person_id)
    if user.phone_blind is not None:
        _forget_codes(bytes(user.phone_blind))
    _invitations(user).delete()
    for table in (Session, PhoneChange, EmergencyContact, ClaimEvidence, RoleGrant, StaffInvitation):
        table._default_manager.filter(user_id=person_id).delete()
    DelegationRequest.objects.filter(Q(asker=user) | Q(person=user)).delete()
    Residency.objects.filter(user=user).update(evidence_sealed=None)
    for _, found in _foreign(person_id):
        found.delete()
    User.objects.filter(id=person_id).update(
        phone_blind=None,
        name_sealed=None,
        identity_blind=None,
        identity_sealed=None,
        care_notes_sealed=None,
        staff_name=None,
        password=NO_PASSWORD,
        last_login=None,
        language="zh-CN",
        elder_mode=False,
        enrolled_by=None,
        state=User.State.ERASED,
        erased_at=now(),
    )
    vault.destroy(person_id)


def _forget_codes(phone_blind: bytes) -> None:
    """Codes that were sent to the phone, the keys of their texts, and what of them still waits to be sent."""
    codes = LoginCode.objects.filter(phone_blind=phone_blind)
    ids = list(codes.values_list("id", flat=True))
    Delivery.objects.filter(sealed_by__in=ids).update(sealed=None)
    vault.PersonKey.objects.filter(owner_id__in=ids).delete()
    codes.delete()


@keeps("people")
def kept(person_id: UUID) -> list[str]:
    """The proof of what was agreed to; where somebody lived, once it names nobody."""
    agreed = Consent.objects.filter(user_id=person_id).exists() or Delegation.objects.filter(
        Q(person_id=person_id) | Q(delegate_id=person_id)
    )
    return ["consent"] * bool(agreed) + ["anonymous"] * Residency.objects.filter(user_id=person_id).exists()
