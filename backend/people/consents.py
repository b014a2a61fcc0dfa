"""Consent: what a person is asked, what they answered, and what their answer allows.

The purposes are the table in `purposes.py`. Answers are append-only rows, the newest of a purpose
holds. Sensitive purposes are asked one by one. Who said no is not asked again for thirty days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.models import Consent, EmergencyContact, User
from backend.people.purposes import CONTACTS, HEALTH, IDENTITY, PURPOSES, Purpose
from notifications import addresses

ASK_AGAIN = timedelta(days=30)


class ConsentNeeded(Forbidden):
    """This needs your consent first; you find it under privacy."""

    code, zh = "consent-needed", "需要您先同意，请在隐私页面中操作"


class AccountNeedsConsent(Conflict):
    """Without this there is no account: close the account instead."""

    code, zh = "account-needs-consent", "撤回此项即无法提供服务；如不再使用，请注销账户"


@dataclass(frozen=True)
class Answer:
    """One purpose and what the person said. `state`: given, withdrawn or never; `may_ask`: it would not be nagging."""

    purpose: Purpose
    state: str
    version: str | None
    at: datetime | None
    witnessed: bool
    may_ask: bool


def _newest(user_id: UUID) -> dict[str, Consent]:
    rows = Consent.objects.filter(user_id=user_id).order_by("purpose", "-id").distinct("purpose")
    return {row.purpose: row for row in rows}


def answers(user_id: UUID) -> list[Answer]:
    """Every purpose with the person's newest answer."""
    said = _newest(user_id)
    return [_answer(purpose, said.get(code)) for code, purpose in PURPOSES.items()]


def _answer(purpose: Purpose, row: Consent | None) -> Answer:
    if row is None:
        return Answer(purpose, "never", None, None, False, True)
    may_ask = row.version != purpose.version if row.is_given else row.created_at + ASK_AGAIN <= now()
    state = "given" if row.is_given else "withdrawn"
    return Answer(purpose, state, row.version, row.created_at, row.witness_id is not None, may_ask)


def holds(user_id: UUID, purpose: str) -> bool:
    """Whether the person agreed to this, and has not withdrawn."""
    row = _newest(user_id).get(purpose)
    return row is not None and row.is_given


def refused(user_id: UUID, purpose: str) -> bool:
    """Whether the person said no, which is more than never having been asked."""
    row = _newest(user_id).get(purpose)
    return row is not None and not row.is_given


def refusing(purpose: str) -> QuerySet[User, UUID]:
    """The ids of everybody who said no to this."""
    newest = Consent.objects.filter(user=OuterRef("id"), purpose=purpose).order_by("-id").values("is_given")[:1]
    return User.objects.annotate(said=Subquery(newest)).filter(said=False).values_list("id", flat=True)


def must_hold(user_id: UUID, purpose: str) -> None:
    """Raise ConsentNeeded unless the person agreed to this."""
    if not holds(user_id, purpose):
        raise ConsentNeeded(purpose=purpose)


def must_not_be_refused(user_id: UUID, purpose: str) -> None:
    """Raise ConsentNeeded when the person said no to this."""
    if refused(user_id, purpose):
        raise ConsentNeeded(purpose=purpose)


def give(actor: Actor, user_id: UUID, purpose: str, *, witness: UUID | None = None, channel: str = "app") -> Consent:
    """Write down that a person agreed to the words of today (inside a verb); `witness`: the member of the desk who heard it."""
    return _write(user_id, purpose, is_given=True, witness=witness, channel="desk" if witness else channel)


def _write(user_id: UUID, purpose: str, *, is_given: bool, witness: UUID | None, channel: str) -> Consent:
    made = Consent.objects.create(
        user_id=user_id,
        purpose=purpose,
        version=PURPOSES[purpose].version,
        is_given=is_given,
        channel=channel,
        witness_id=witness,
    )
    record("consent.given" if is_given else "consent.withdrawn", about=made, purpose=purpose, version=made.version)
    return made


@verb("consent.answered")
def answer(actor: Actor, *, purpose: str, given: bool, version: str, channel: str = "app") -> Consent:
    """Agree or withdraw. Withdrawing destroys what rested on it at once.

    Raises NotFound, Invalid (the words have changed since), AccountNeedsConsent.
    """
    person = actor.must_be_known()
    if purpose not in PURPOSES:
        raise NotFound
    if version != PURPOSES[purpose].version:
        english, chinese = "these words have changed: read them again", "条款已更新，请重新阅读"
        raise Invalid(FieldError("/version", "version-old", english, chinese))
    if PURPOSES[purpose].is_required and not given:
        raise AccountNeedsConsent
    user = User.objects.select_for_update().get(id=person)
    if not given and purpose in _DESTROYS:
        _DESTROYS[purpose](user)
    return _write(person, purpose, is_given=given, witness=None, channel=channel)


def _destroy_care_notes(user: User) -> None:
    user.care_notes_sealed = None
    user.save(update_fields=["care_notes_sealed"])


def _destroy_identity(user: User) -> None:
    user.identity_sealed = user.identity_blind = None
    user.save(update_fields=["identity_sealed", "identity_blind"])


def _destroy_contacts(user: User) -> None:
    for row in EmergencyContact.objects.filter(user=user):
        addresses.Address.objects.filter(id=row.address_id, person_id=user.id, is_own=False).delete()
        row.delete()


_DESTROYS: dict[str, Callable[[User], None]] = {
    HEALTH: _destroy_care_notes,
    IDENTITY: _destroy_identity,
    CONTACTS: _destroy_contacts,
}
