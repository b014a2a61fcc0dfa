"""Consent: what a person is asked, what they answered, and what their answer allows.

Purposes are a table in code; each has a version that changes with its words. Answers are append-only rows, the newest of a purpose
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
from notifications import addresses

ASK_AGAIN = timedelta(days=30)
HEALTH, IDENTITY, LOCATION, CONTACTS, NOTICES, ACCOUNT = (
    "health",
    "identity",
    "location",
    "emergency_contacts",
    "notices",
    "account",
)


class ConsentNeeded(Forbidden):
    """This needs your consent first; you find it under privacy."""

    code, zh = "consent-needed", "需要您先同意，请在隐私页面中操作"


class AccountNeedsConsent(Conflict):
    """Without this there is no account: close the account instead."""

    code, zh = "account-needs-consent", "撤回此项即无法提供服务；如不再使用，请注销账户"


@dataclass(frozen=True)
class Purpose:
    """What is asked. `is_required`: there is no account without it. `is_sensitive`: asked apart from everything else (PIPL 29)."""

    code: str
    version: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    is_sensitive: bool = False
    is_required: bool = False

    def title(self, language: str) -> str:
        return self.title_zh if language.startswith("zh") else self.title_en

    def text(self, language: str) -> str:
        return self.text_zh if language.startswith("zh") else self.text_en


PURPOSES: dict[str, Purpose] = {
    purpose.code: purpose
    for purpose in (
        Purpose(
            ACCOUNT, "2026-11", "服务条款", "Terms of service",
            "我们保存您的手机号、姓名和住所，用于登录、报修、缴费和求助。",
            "We keep your phone, name and home, for login, reports, payments and calls for help.",
            is_required=True,
        ),
        Purpose(
            HEALTH, "2026-11", "照护信息", "Care notes",
            "健康情况属于敏感信息。您写下的照护信息，只有社区工作人员和值班员在说明理由后可以查看。撤回后立即销毁。",
            "Health is sensitive. Only community workers and dispatchers may read your care notes, and only with a reason. "
            "They are destroyed when you withdraw.",
            is_sensitive=True,
        ),
        Purpose(
            IDENTITY, "2026-11", "身份证号码", "Identity number",
            "身份证号码属于敏感信息，仅用于在服务站核实您本人。撤回后立即销毁。",
            "Your identity number is sensitive. It only serves to recognise you at the desk. It is destroyed when you withdraw.",
            is_sensitive=True,
        ),
        Purpose(
            LOCATION, "2026-11", "求助时的位置", "Position of an alarm",
            "求助时附上手机的位置，方便救援找到您。不同意时，求助照常发出，只使用登记的住所。",
            "An alarm carries your phone's position, so that help finds you. Without it the alarm still goes out, with your "
            "registered home only.",
            is_sensitive=True,
        ),
        Purpose(
            CONTACTS, "2026-11", "紧急联系人", "Emergency contacts",
            "您填写的联系人，在您求助时会收到短信。请先征得他们同意。撤回后删除。",
            "The contacts you name are texted when you call for help. Ask them first. They are deleted when you withdraw.",
        ),
        Purpose(
            NOTICES, "2026-11", "社区通知推送", "Neighbourhood notices",
            "停水停电等社区通知推送到手机。我们从不推送广告。不同意时，通知仍在消息页中。",
            "Outages and notices of your neighbourhood are pushed to your phone; never advertising. Without it they stay in "
            "the inbox.",
        ),
    )
}  # fmt: skip


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
