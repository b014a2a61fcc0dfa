"""Long work with progress: a job is a due row that any worker takes, and that resumes where a killed one stopped.

`@job("people.export")` registers the work; `start(...)` inside a verb writes the row. The work gets a `Run`, does a piece, and says
`run.step(done, total, cursor=…)`: the progress is committed and the lease renewed. A worker that dies leaves the row due; the next
one begins at `run.cursor`. What fails is tried again, later each time, and after `MOST_ATTEMPTS` failures in a row is `failed`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction

from backend.core import vault
from backend.core.clock import now
from backend.core.due import DueLoop, DueRow
from backend.core.rows import Row
from backend.core.verb import current, hint

LEASE = timedelta(seconds=60)
KEPT = timedelta(hours=72)
MOST_ATTEMPTS = 8
CONTEXT = "core.job.result"


class Job(Row, DueRow):
    """One piece of long work. `params` and `cursor` hold ids and numbers; the result is a file sealed under its owner's key."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中 queued"
        RUNNING = "running", "进行中 running"
        DONE = "done", "已完成 done"
        FAILED = "failed", "失败 failed"

    kind = models.CharField(max_length=40)
    owner_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=80, blank=True, default="")
    params = models.JSONField(default=dict)
    cursor = models.JSONField(null=True)
    result = models.CharField(max_length=120, blank=True, default="")
    result_name = models.CharField(max_length=120, blank=True, default="")
    result_type = models.CharField(max_length=60, blank=True, default="")
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        app_label = "core"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="jobs_due"),
            models.Index(fields=["owner_id", "kind", "-id"], name="jobs_of_owner"),
        ]


class LostLease(RuntimeError):
    """Another worker has taken this job over: stop."""


class JobFailed(Exception):
    """The work cannot succeed, however often it is tried; `code` is shown to the owner."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Run:
    """A job while it is worked on."""

    job: Job

    @property
    def params(self) -> dict[str, Any]:
        found: dict[str, Any] = self.job.params
        return found

    @property
    def cursor(self) -> Any:
        """Where the last step stopped; None at the beginning."""
        return self.job.cursor

    def step(self, done: int, total: int, *, cursor: Any = None) -> None:
        """Commit the progress and renew the lease. Raises LostLease when another worker holds the job."""
        until = now() + LEASE
        self._write(done=done, total=total, cursor=cursor, due_at=until, attempts=1)
        self.job.done, self.job.total, self.job.cursor, self.job.due_at = done, total, cursor, until

    def keep_result(self, content: bytes, *, name: str, content_type: str) -> None:
        """Store the result, sealed under the owner's key, for 72 hours. `name` is what the reader's file is called."""
        path = default_storage.save(
            f"jobs/{self.job.id}", ContentFile(vault.seal_bytes(self.job.owner_id, CONTEXT, content))
        )
        self._write(result=path, result_name=name, result_type=content_type, expires_at=now() + KEPT)

    def _write(self, **values: Any) -> None:
        if not Job.objects.filter(pk=self.job.pk, lease=self.job.lease).update(**values):
            raise LostLease


Work = Callable[[Run], None]
_works: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Register the work of a kind of job (the module must be imported by its room's AppConfig.ready)."""

    def decorate(work: Work) -> Work:
        _works[kind] = work
        return work

    return decorate


def start(kind: str, *, owner_id: UUID, total: int = 0, due_at: datetime | None = None, **params: Any) -> Job:
    """Queue a job in the running verb's transaction; `params` are ids, numbers and codes."""
    current()
    for loop in LOOPS:
        hint(f"due:{loop.name}")
    return Job.objects.create(kind=kind, owner_id=owner_id, total=total, params=params, due_at=due_at or now())


def result_of(found: Job) -> bytes:
    """The stored result's bytes. Raises KeyDestroyed, FileNotFoundError."""
    with default_storage.open(found.result) as file:
        return vault.unseal_bytes(found.owner_id, CONTEXT, file.read())


def work_on(row: Job) -> None:
    """Run a claimed job to its end (called by the loop)."""
    Job.objects.filter(pk=row.pk).update(state=Job.State.RUNNING)
    try:
        _works[row.kind](Run(row))
    except LostLease:
        return
    except JobFailed as hopeless:
        _finish(row, Job.State.FAILED, hopeless.code)
    except Exception as failed:
        if row.attempts < MOST_ATTEMPTS:
            raise
        _finish(row, Job.State.FAILED, type(failed).__name__)
    else:
        _finish(row, Job.State.DONE, "")


def _finish(row: Job, state: str, error: str) -> None:
    Job.objects.filter(pk=row.pk, lease=row.lease).update(
        state=state, error=error[:80], due_at=None, lease=None, finished_at=now(), attempts=0
    )


def forget_expired() -> int:
    """Delete the results that are older than they are kept; returns how many."""
    gone = list(Job.objects.filter(expires_at__lte=now()).exclude(result=""))
    for row in gone:
        default_storage.delete(row.result)
        with transaction.atomic():
            Job.objects.filter(pk=row.pk).update(result="", expires_at=None)
    return len(gone)


BROADCAST = "bulletin.push"
LOOP = DueLoop("jobs", Job, work_on, lease=LEASE, batch=1, skip={"kind": BROADCAST})
BROADCASTS = DueLoop("jobs.broadcasts", Job, work_on, lease=LEASE, batch=1, only={"kind": BROADCAST})
"""A job is taken one by one, so that none waits for another that was claimed with it; pushes to a whole district, which may take
hours, have loops of their own. Each loop runs twice in a worker."""

LOOPS = (LOOP, BROADCASTS, replace(LOOP, name="jobs.second"), replace(BROADCASTS, name="jobs.broadcasts.second"))
