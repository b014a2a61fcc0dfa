"""What the kernel's tables hold of people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.core.audit import AuditRow
from backend.core.catalogue import declare
from backend.core.handoff import Handoff
from backend.core.idempotency import IdempotencyRow
from backend.core.jobs import Job
from backend.core.limits import LimitCounter
from backend.core.retention import keep
from backend.core.subjects import erases, exports, files_of, keeps, rows

declare(
    "core.AuditRow",
    """
    actor_id     behaviour  trace  duty  law  kept:audit
    acting_for   behaviour  trace  duty  law  kept:audit
    object_id    behaviour  trace  duty  law  kept:audit
    data         behaviour  trace  duty  law  kept:audit
    """,
    plain="event actor_kind object_type request_id xact epoch",
)
declare("core.AuditEpoch", plain="number system_id begun_at")
declare("core.AuditExport", plain="target number")
declare("core.AuditSeal", plain="number epoch first_xact end_xact count root previous signature leaves")
declare("core.CronMark", plain="name next_at")
declare("core.Handoff", "data  behaviour  repair  contract  rule  lapse", plain="kind key")
declare("core.Heartbeat", plain="name kind")
declare(
    "core.IdempotencyRow",
    """
    owner_id   behaviour   login  contract  rule  delete
    key_hash   credential  login  contract  rule  delete
    body_hash  credential  login  contract  rule  delete
    reply      content     login  contract  rule  key
    """,
    plain="status expires_at",
    seals={"reply": ("core.idempotency.reply", "owner_id")},
)
declare(
    "core.Job",
    """
    owner_id     behaviour  rights  contract  rule  delete
    params       behaviour  rights  contract  rule  delete
    cursor       behaviour  rights  contract  rule  delete
    result       content    rights  contract  rule  delete
    result_name  content    rights  contract  rule  delete
    """,
    plain="kind state done total error result_type finished_at expires_at",
)
declare("core.LimitCounter", "key  behaviour  login  duty  rule  lapse", plain="hits ends_at")
declare("core.PersonKey", "wrapped  credential  account  contract  account  null", plain="owner_id key_id destroyed_at")

keep(AuditRow, 3 * 366, by="at", floor=True)
keep(Handoff, 90, only=Q(due_at__isnull=True))
keep(IdempotencyRow, 0, by="expires_at")
keep(Job, 180, by="finished_at")
keep(LimitCounter, 0, by="ends_at")


@exports("core")
def exported(person_id: UUID) -> dict[str, object]:
    """The person's long jobs, the answers kept for repeats, and what the audit says that they did."""
    return {
        "jobs.json": rows(Job.objects.filter(owner_id=person_id)),
        "kept_answers.json": rows(IdempotencyRow.objects.filter(owner_id=person_id)),
        "audit.json": _done_by(person_id),
        "audit_about_me.json": rows(AuditRow.objects.filter(object_id=person_id).order_by("at", "id")),
    }


def _done_by(person_id: UUID) -> list[dict[str, Any]]:
    """What the person did. Of what was not about themselves, only what it was and when: the rest names others."""
    told = rows(AuditRow.objects.filter(actor_id=person_id).order_by("at", "id"))
    return [
        row if row["object_id"] in (None, person_id) else {key: row[key] for key in ("event", "at", "object_type")}
        for row in told
        if row["event"] != "person.registered" or row["object_id"] == person_id
    ]


@files_of("core")
def files(person_id: UUID) -> list[str]:
    return list(Job.objects.filter(owner_id=person_id).exclude(result="").values_list("result", flat=True))


@erases("core")
def erase(person_id: UUID) -> None:
    """Kept answers go, finished jobs too; the running one is the erasure itself."""
    IdempotencyRow.objects.filter(owner_id=person_id).delete()
    mine = Job.objects.filter(owner_id=person_id)
    mine.filter(finished_at__isnull=False).delete()
    mine.update(result="", result_name="")


@keeps("core")
def kept(person_id: UUID) -> list[str]:
    return ["audit"]
