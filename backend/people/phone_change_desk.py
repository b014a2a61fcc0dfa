"""A change of somebody's phone at the desk: it waits a day, in which the old phone may refuse."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection

from backend.core import vault
from backend.core.clock import now
from backend.core.due import DueLoop
from backend.core.due import register as register_loop
from backend.core.errors import Conflict, FieldError, Invalid, NotFound
from backend.core.verb import hint, record, verb
from backend.people import login_notices, phones
from backend.people.actor import Actor
from backend.people.desk import person_in_reach
from backend.people.models import PhoneChange, User
from backend.people.phone_change import PhoneTaken, give
from backend.people.reading import phone_of
from backend.people.roles import Can

CONTEXT, REASON = "people.phone-change.phone", "people.phone-change.reason"
WAITS = timedelta(hours=24)
WORKER = Actor.system("worker")


class ChangeWaiting(Conflict):
    """A change of this person's phone is waiting already."""

    code, zh = "phone-change-waiting", "该用户已有等待生效的手机号更换申请"


class NoChangeWaits(NotFound):
    """No change of your phone is waiting."""

    code, zh = "no-phone-change", "没有等待生效的手机号更换申请"


@verb("person.phone-change-asked")
def ask_at_desk(actor: Actor, *, person_id: UUID, phone: str, reason: str) -> PhoneChange:
    """The desk asks for a person's new phone: it takes effect after 24 h, unless the old phone refuses.

    Whether the new phone belongs to somebody is not said. Raises Forbidden, NotFound (out of reach), ChangeWaiting, Invalid.
    """
    number = phones.normalise(phone)
    if not reason.strip():
        raise Invalid(FieldError("/reason", "required", "say why", "请填写原因"))
    user = person_in_reach(actor, person_id, Can.PERSON_ENROL)
    made = PhoneChange(user=user, phone_blind=phones.blind(number), asked_by_id=actor.person_id, due_at=now() + WAITS)
    made.phone_sealed = vault.seal(user.id, CONTEXT, number)
    made.reason_sealed = vault.seal(user.id, REASON, reason.strip())
    if PhoneChange.objects.filter(user=user, state=PhoneChange.State.WAITING).exists():  # the person's row is locked
        raise ChangeWaiting
    made.save(force_insert=True)
    login_notices.change_asked(
        user.id, old=phone_of(user.id), new=number, language=user.language, key=f"phone.change-asked:{made.id}"
    )
    hint("due:phone-changes")
    record("person.phone-change-asked", about=made, person=str(user.id))
    return made


def waiting_for(person_id: UUID) -> PhoneChange | None:
    """The change of this person's phone that waits, if one does."""
    return PhoneChange.objects.filter(user_id=person_id, state=PhoneChange.State.WAITING).first()


@verb("person.phone-change-refused")
def refuse(actor: Actor) -> PhoneChange:
    """Refuse the change of one's phone that waits. Raises NoChangeWaits."""
    waiting = PhoneChange.objects.select_for_update().filter(
        user_id=actor.must_be_known(), state=PhoneChange.State.WAITING
    )
    row = waiting.first()
    if row is None:
        raise NoChangeWaits
    _end(row, PhoneChange.State.REFUSED)
    _tell_asker(row)
    record("person.phone-change-refused", about=row)
    return row


def _tell_asker(row: PhoneChange) -> None:
    """The same words whether the person refused or the phone is somebody's: the desk never learns which."""
    if row.asked_by_id is not None:
        login_notices.change_not_made(row.asked_by_id, key=f"phone.change-not-made:{row.id}")


def _end(row: PhoneChange, state: PhoneChange.State) -> None:
    row.state, row.due_at = state, None
    row.save(update_fields=["state", "due_at"])


def execute(row: PhoneChange) -> None:
    """The loop's work: make a change whose day is over, unless it was refused or the phone is anybody else's.

    Nobody has proved the new phone here, so that no account loses it by this, however long that was silent.
    """
    try:
        _execute(WORKER, change_id=row.id)
    except PhoneTaken:
        _give_up(WORKER, change_id=row.id)


@verb("person.phone-changed")
def _execute(actor: Actor, *, change_id: UUID) -> PhoneChange:
    user = User.objects.select_for_update().get(id=PhoneChange.objects.get(id=change_id).user_id)
    row = PhoneChange.objects.select_for_update().get(id=change_id)
    if row.state != PhoneChange.State.WAITING:
        return row
    if user.state != User.State.ERASED:
        _must_be_free(bytes(row.phone_blind), but=user)
        give(user, vault.unseal(user.id, CONTEXT, row.phone_sealed))
    _end(row, PhoneChange.State.DONE)
    return row


def _must_be_free(blind: bytes, *, but: User) -> None:
    """Raise PhoneTaken when the phone is another account's; two changes to one phone wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(blind[:8], signed=True)])
    if User.objects.filter(phone_blind=blind).exclude(id=but.id).exists():
        raise PhoneTaken


@verb("person.phone-change-failed")
def _give_up(actor: Actor, *, change_id: UUID) -> PhoneChange:
    row = PhoneChange.objects.select_for_update().get(id=change_id)
    if row.state == PhoneChange.State.WAITING:
        _end(row, PhoneChange.State.REFUSED)
        login_notices.change_ended(row.user_id)
        _tell_asker(row)
        record("person.phone-change-failed", about=row, why="phone-taken")
    return row


def register() -> None:
    """Let the worker make the changes that are due."""
    register_loop(DueLoop("phone-changes", PhoneChange, execute))
