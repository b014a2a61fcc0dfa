"""Closing an account: every room erases its part, the person's key is destroyed, and what the law keeps is named.

First the account is closed (nothing new can be written about it), then each room deletes its files and then its rows, last of all
the key goes. Every step may run twice, so a killed worker only costs time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.core import jobs, subjects
from backend.core.catalogue_words import LAWS
from backend.core.clock import now, today
from backend.core.errors import Conflict
from backend.core.jobs import Job, JobFailed, Run
from backend.core.verb import record, verb
from backend.people import personal
from backend.people.actor import Actor
from backend.people.models import PrivacyRequest, RoleGrant, User
from backend.people.roles import Role

KIND = "people.erasure"
WORKER = Actor.system("worker")


class ErasureBlocked(Conflict):
    """Your account cannot be closed yet; the reasons are named."""

    code, zh = "erasure-blocked", "账户暂时不能注销，原因如下"


@dataclass(frozen=True)
class Erasure:
    """A request to be erased, its job, and what the law keeps."""

    id: UUID
    job_id: UUID | None
    kept: list[dict[str, Any]]
    is_repeat: bool = False


def blocked(person_id: UUID) -> list[subjects.Block]:
    """What stands in the way: a room's reasons, and staff roles that are still held."""
    alive = Q(until__isnull=True) | Q(until__gt=now())
    found = subjects.blocked(person_id)
    if RoleGrant.objects.filter(alive, user_id=person_id).exclude(role=Role.RESIDENT).exists():
        found.append(
            subjects.Block("staff-role", "您仍担任工作人员，请先交接", "you still hold a staff role: hand it over")
        )
    return found


def kept(person_id: UUID) -> list[dict[str, Any]]:
    """What outlives the account: `what_zh`, `what_en`, `law`, `until` (a date, null when it names nobody any more)."""
    return [
        {
            "what_zh": LAWS[code].what_zh,
            "what_en": LAWS[code].what_en,
            "law": LAWS[code].law,
            "until": _years_on(LAWS[code].years) if LAWS[code].years else None,
        }
        for code in subjects.kept(person_id)
    ]


def _years_on(years: int) -> str:
    day = today()
    return date(day.year + years, day.month, min(day.day, 28)).isoformat()


def _must_be_free(person_id: UUID) -> None:
    if found := blocked(person_id):
        reasons = [{"code": b.code, "text_zh": b.zh, "text_en": b.en} for b in found]
        raise ErasureBlocked(reasons=reasons)


@verb("erasure.asked")
def ask(actor: Actor) -> Erasure:
    """Ask to be erased; asking again gives the first request. Raises ReauthenticationRequired, ErasureBlocked with `reasons`."""
    person = actor.must_be_known()
    actor.must_be_fresh()
    user = User.objects.select_for_update().get(id=person)
    running = Job.objects.filter(owner_id=person, kind=KIND, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    first = PrivacyRequest.objects.filter(
        user=user, kind=PrivacyRequest.Kind.ERASURE, finished_at__isnull=True, job_id__in=running.values("id")
    ).first()
    if first is not None:
        record("erasure.asked-again", about=first)
        return Erasure(first.id, first.job_id, first.kept, is_repeat=True)
    _must_be_free(person)
    made = PrivacyRequest(user=user, kind=PrivacyRequest.Kind.ERASURE, kept=kept(person))
    job = jobs.start(KIND, owner_id=person, total=len(subjects.erasing_rooms()) + 1)
    made.job_id = job.id
    made.save(force_insert=True)
    record("erasure.asked", about=made, kept=subjects.kept(person))
    return Erasure(made.id, made.job_id, made.kept)


@jobs.job(KIND)
def erase(run: Run) -> None:
    """Erase a person, room after room. Raises JobFailed when something has come in the way since they asked."""
    person, rooms = run.job.owner_id, subjects.erasing_rooms()
    at: int = run.cursor or 0
    if at == 0:
        try:
            _close(WORKER, person_id=person)
        except ErasureBlocked as refused:
            raise JobFailed(refused.code) from None
        run.step(1, len(rooms) + 1, cursor=1)
        at = 1
    for place, room in enumerate(rooms, start=1):
        if place < at:
            continue
        subjects.erase_files(person, room)
        _erase_rows(WORKER, person_id=person, room=room)
        run.step(place + 1, len(rooms) + 1, cursor=place + 1)


@verb("person.closed")
def _close(actor: Actor, *, person_id: UUID) -> None:
    """From here on nobody comes in as this person, and nothing more is written about them."""
    user = User.objects.select_for_update().get(id=person_id)
    if user.state != User.State.ERASED:
        _must_be_free(person_id)
        user.state = User.State.ERASED
        user.save(update_fields=["state"])
    personal.leave(person_id)
    record("person.closed", about=user)


@verb("person.erased")
def _erase_rows(actor: Actor, *, person_id: UUID, room: str) -> None:
    subjects.erase_rows(person_id, room)
    if room == subjects.LAST:
        asked = PrivacyRequest.objects.filter(user_id=person_id, kind=PrivacyRequest.Kind.ERASURE)
        asked.filter(finished_at__isnull=True).update(finished_at=now())
    record("person.erased", about=User(id=person_id), room=room)
