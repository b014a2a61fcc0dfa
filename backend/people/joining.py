"""Joining a person whom the desk enrolled with the account that their phone has already: one person, one account."""

from __future__ import annotations

from uuid import UUID

from backend.core import subjects, vault
from backend.core.clock import now
from backend.core.errors import Conflict, NotFound
from backend.core.verb import record
from backend.people.homes import OPEN, close
from backend.people.identity import CONTEXT as IDENTITY
from backend.people.models import Consent, Delegation, EmergencyContact, PhoneChange, Residency, User
from backend.people.reading import CONTACT, NAME
from notifications import addresses
from notifications.addresses import Address


class JoinLater(Conflict):
    """A call for help or a payment of the person whom the desk enrolled is not finished: accept this once it is."""

    code, zh = "join-later", "窗口登记的住户尚有求助或缴费未办结，请办结后再确认"


def join(enrolled_id: UUID, account_id: UUID, home_id: UUID) -> Residency:
    """Move what the desk wrote down to the account (inside a verb): the home, and what the account lacks of name, identity number,
    contacts and powers given. The enrolled person's key is destroyed. Returns the account's residency in the home.

    Raises NotFound for a person who by now has a login of their own or is no more, JoinLater while something of theirs is open."""
    if enrolled_id == account_id:
        raise NotFound
    first, second = sorted([enrolled_id, account_id])
    locked = {u.id: u for u in User.objects.select_for_update().filter(id__in=[first, second]).order_by("id")}
    enrolled, account = locked[enrolled_id], locked[account_id]
    if enrolled.state != User.State.ACTIVE or enrolled.phone_blind is not None or enrolled.staff_name is not None:
        raise NotFound
    if subjects.blocked(enrolled.id):
        raise JoinLater
    lived = _move_homes(enrolled, account, home_id)
    _fill(account, enrolled)
    if not EmergencyContact.objects.filter(user=account).exists():
        _move_contacts(enrolled, account)
    _move_powers(enrolled, account)
    _copy_consents(enrolled, account)
    subjects.move(enrolled.id, account.id)
    waiting = PhoneChange.objects.filter(user=enrolled, state=PhoneChange.State.WAITING)
    waiting.update(state=PhoneChange.State.REFUSED, due_at=None)
    Address.objects.filter(person_id=enrolled.id, retired_at__isnull=True).update(
        retired_at=now(), retired_why="joined"
    )
    EmergencyContact.objects.filter(user=enrolled).delete()
    enrolled.name_sealed = enrolled.identity_sealed = enrolled.identity_blind = enrolled.care_notes_sealed = None
    enrolled.state, enrolled.erased_at = User.State.ERASED, now()
    enrolled.save()
    vault.destroy(enrolled.id)
    record("person.joined", about=account, enrolled=str(enrolled.id))
    return lived


def _move_homes(enrolled: User, account: User, home_id: UUID) -> Residency:
    theirs = {
        r.home_id: r for r in Residency.objects.select_for_update().filter(user=account, state__in=OPEN).order_by("id")
    }
    lived: Residency | None = None
    for row in Residency.objects.select_for_update().filter(user=enrolled, state__in=OPEN).order_by("id"):
        if held := theirs.get(row.home_id):
            close(held, why="enrolled", at=now())
        row.user = account
        row.save(update_fields=["user"])
        if row.home_id == home_id:
            lived = row
    if lived is None:  # the desk ended it meanwhile, and with it the offer
        raise NotFound
    return lived


def _fill(account: User, enrolled: User) -> None:
    """What the account lacks. The identity number moves whole: it is unique."""
    number = enrolled.identity_sealed
    blind = enrolled.identity_blind
    if account.name_sealed is None and enrolled.name_sealed is not None:
        account.name_sealed = vault.seal(account.id, NAME, vault.unseal(enrolled.id, NAME, enrolled.name_sealed))
    if number is not None and account.identity_blind is None:
        text = vault.unseal(enrolled.id, IDENTITY, number)
        User.objects.filter(id=enrolled.id).update(identity_blind=None, identity_sealed=None)
        account.identity_blind, account.identity_sealed = blind, vault.seal(account.id, IDENTITY, text)
    account.elder_mode = account.elder_mode or enrolled.elder_mode
    account.save(update_fields=["name_sealed", "identity_blind", "identity_sealed", "elder_mode"])


def _move_contacts(enrolled: User, account: User) -> None:
    for row in EmergencyContact.objects.filter(user=enrolled).order_by("position"):
        number = Address.objects.get(id=row.address_id).value
        kept = addresses.add(account.id, addresses.SMS, number, is_own=False)
        EmergencyContact.objects.create(
            user=account,
            position=row.position,
            name_sealed=vault.seal(account.id, CONTACT, vault.unseal(enrolled.id, CONTACT, row.name_sealed)),
            address_id=kept.id,
            relation=row.relation,
        )


def _copy_consents(enrolled: User, account: User) -> None:
    """What was agreed to at the desk, where the account has never answered."""
    answered = set(Consent.objects.filter(user=account).values_list("purpose", flat=True))
    for row in Consent.objects.filter(user=enrolled).order_by("id"):
        if row.purpose not in answered:
            Consent.objects.create(
                user=account,
                purpose=row.purpose,
                version=row.version,
                is_given=row.is_given,
                channel=row.channel,
                witness=row.witness,
            )


def _move_powers(enrolled: User, account: User) -> None:
    """Powers that the enrolled person gave, unless the account gave that delegate some already, or is the delegate."""
    moment = now()
    given = Delegation.objects.select_for_update().filter(person=enrolled, revoked_at__isnull=True).order_by("id")
    held = set(Delegation.objects.filter(person=account, revoked_at__isnull=True).values_list("delegate_id", flat=True))
    for row in given:
        if row.delegate_id in held or row.delegate_id == account.id:
            row.revoked_at = moment
        row.person = account if row.revoked_at is None else row.person
        row.save(update_fields=["person", "revoked_at"])
