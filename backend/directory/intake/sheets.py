"""Sheets on their way into the directory: taken, read and checked, looked at, then applied whole or not at all."""

import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from backend.core.clock import now
from backend.core.errors import Conflict, FieldError, Invalid, NotFound, TooLarge
from backend.core.jobs import Job, start
from backend.core.queries import looking_up
from backend.core.verb import after_commit, record, verb
from backend.directory import keeping
from backend.directory.intake.checking import Checker, place_of
from backend.directory.intake.fields import Fault, datum
from backend.directory.intake.measuring import Unreadable
from backend.directory.intake.reading import MAX_BYTES, rows
from backend.directory.keeping import Counts
from backend.directory.models import Sheet, SheetRow
from backend.people.actor import Actor
from backend.people.roles import Can

CHECK, APPLY = "directory.sheet-check", "directory.sheet-apply"
PIECE = 500
BAD = ~Q(faults=[])
Step = Callable[[int, int], object]


def _unseen(done: int, total: int) -> None:
    """Progress that nobody looks at."""


class NotChecked(Conflict):
    """This sheet is not ready: it is being read, was applied or was given up."""

    code, zh = "sheet-not-checked", "该表格尚未检查完毕，或已写入、已放弃"


class HasFaults(Conflict):
    """Some rows are not right: mend them and send the sheet again, or say that they are to be left out."""

    code, zh = "sheet-has-faults", "部分行有误：请修正后重新上传，或选择跳过有误的行"


class NothingToApply(Conflict):
    """No row of this sheet can be kept."""

    code, zh = "sheet-nothing-good", "该表格没有可写入的行"


def take(
    actor: Actor, *, file: BinaryIO, name: str, crs: str = "", source: str = "sheet", allow_outside: bool = False,
    queue: bool = True,
) -> Sheet:  # fmt: skip
    """Keep a file and have it checked by a job (a conductor: the file is written before the row, in no transaction).

    Raises Forbidden, TooLarge, Invalid (an unknown datum or source).
    """
    actor.require(Can.DIRECTORY_IMPORT)
    try:
        crs = datum(crs) if crs.strip() else ""
    except Fault as fault:
        raise fault.refusal() from None
    if not (source.isascii() and source.replace("-", "").isalnum() and len(source) <= 16) or source in ("osm", "desk"):
        raise Invalid(FieldError("/source", "source-unfit", "up to 16 letters or digits", "最多 16 个字母或数字"))
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise TooLarge(limit=MAX_BYTES)
    file.seek(0)
    path = default_storage.save(f"sheets/{secrets.token_hex(16)}", File(file))
    try:
        return _take(
            actor, path=path, digest=digest.hexdigest(), name=name, crs=crs, source=source,
            allow_outside=allow_outside, queue=queue,
        )  # fmt: skip
    except BaseException:
        default_storage.delete(path)
        raise


@verb("directory.sheet-taken")
def _take(
    actor: Actor, *, path: str, digest: str, name: str, crs: str, source: str, allow_outside: bool, queue: bool
) -> Sheet:
    made = Sheet(owner_id=actor.person_id, file=path, digest=digest, name=name[:120], crs=crs, source=source)
    made.allow_outside = allow_outside
    if queue:
        made.job_id = start(CHECK, owner_id=actor.must_be_known(), sheet=str(made.id)).id
    made.save(force_insert=True)
    record("directory.sheet-taken", about=made, source=source, crs=crs)
    return made


def access(actor: Actor, sheet_id: UUID, *, lock: bool = False) -> Sheet:
    """The sheet, for whoever may import. Raises Forbidden, NotFound."""
    actor.require(Can.DIRECTORY_IMPORT)
    with looking_up("sheets"):
        found = (Sheet.objects.select_for_update() if lock else Sheet.objects).filter(id=sheet_id).first()
    if found is None:
        raise NotFound
    return found


def check(sheet: Sheet, step: Step = _unseen) -> Sheet:
    """Read and check the rows, some hundred a transaction; a run that was killed goes on behind the last row it kept.

    `step(rows done, rows in all or 0)`. In the end the sheet is `checked`, or `unreadable` with an `error`.
    """
    checker = Checker(sheet)
    done = SheetRow.objects.filter(sheet=sheet).order_by("-number").values_list("number", flat=True).first() or 0
    try:
        with default_storage.open(sheet.file) as file:
            unknown, told = rows(cast("BinaryIO", file))
            if unknown and not done:
                notes = [{"field": head[:80], "code": "column-unknown"} for head in unknown]
                SheetRow.objects.get_or_create(sheet=sheet, number=1, defaults={"warnings": notes})
            count = 0
            while piece := list(islice(told, PIECE)):
                made = [checker.check(number, row) for number, row in piece]
                count += len(made)
                fresh = [row for row in made if row.number > done]
                checker.look_around(fresh)
                with transaction.atomic():
                    SheetRow.objects.bulk_create(fresh)
                step(count, 0)
            if not count:
                raise Unreadable("empty")
    except Unreadable as why:
        sheet.state, sheet.error = Sheet.State.UNREADABLE, f"{why.code} {why.field}".strip()
    else:
        kept = SheetRow.objects.filter(sheet=sheet).exclude(number=1)
        sheet.total, sheet.bad = kept.count(), kept.filter(BAD).count()
        sheet.warned = kept.exclude(warnings=[]).filter(faults=[]).count()
        sheet.state = Sheet.State.CHECKED
        step(sheet.total, sheet.total)
    default_storage.delete(sheet.file)
    sheet.file = ""
    with transaction.atomic(), looking_up("sheet checked"):
        sheet.save(update_fields=["state", "error", "total", "bad", "warned", "file"])
    return sheet


@verb("directory.sheet-confirmed")
def ask_to_apply(actor: Actor, *, sheet_id: UUID, skip_bad: bool = False) -> Sheet:
    """Have the sheet written by a job. Raises NotChecked, HasFaults, NothingToApply, NotFound, Forbidden."""
    sheet = _ready(access(actor, sheet_id, lock=True), skip_bad)
    sheet.state, sheet.skip_bad = Sheet.State.APPLYING, skip_bad
    sheet.job_id = start(APPLY, owner_id=actor.must_be_known(), total=sheet.total, sheet=str(sheet.id)).id
    sheet.save(update_fields=["state", "skip_bad", "job_id"])
    record("directory.sheet-confirmed", about=sheet, skip_bad=skip_bad)
    return sheet


def _ready(sheet: Sheet, skip_bad: bool) -> Sheet:
    if sheet.state != Sheet.State.CHECKED:
        raise NotChecked
    if sheet.bad and not skip_bad:
        raise HasFaults(bad=sheet.bad)
    if sheet.total == sheet.bad:
        raise NothingToApply
    return sheet


@verb("directory.sheet-applied")
def apply(actor: Actor, *, sheet_id: UUID, skip_bad: bool | None = None, step: Step = _unseen) -> Sheet:
    """Write every good row in this one transaction; a kill in between leaves nothing behind.

    A job that runs again after it had written does nothing. `skip_bad` None: the sheet was confirmed already.
    Raises as `ask_to_apply`.
    """
    sheet = access(actor, sheet_id, lock=True)
    if sheet.state == Sheet.State.APPLIED:
        return sheet
    if skip_bad is not None:
        _ready(sheet, skip_bad)
    elif sheet.state != Sheet.State.APPLYING:
        raise NotChecked
    counts, good = Counts(), SheetRow.objects.filter(sheet=sheet, faults=[]).exclude(told={}).order_by("number")
    after = 0
    while piece := list(good.filter(number__gt=after)[: PIECE * 4]):
        counts.add(keeping.tell([place_of(row) for row in piece], source=sheet.source, area=None))
        after = piece[-1].number
        step(counts.created + counts.updated + counts.unchanged, sheet.total)
    sheet.created, sheet.updated, sheet.unchanged = counts.created, counts.updated, counts.unchanged
    sheet.state, sheet.applied_at = Sheet.State.APPLIED, now()
    sheet.save()
    record("directory.sheet-applied", about=sheet, created=counts.created, updated=counts.updated, left_out=sheet.bad)
    return sheet


def is_stuck(sheet: Sheet) -> bool:
    """Whether it is being read or written for ever: its job was given up."""
    if sheet.job_id is None or sheet.state not in (Sheet.State.READING, Sheet.State.APPLYING):
        return False
    with looking_up("sheets"):
        return Job.objects.filter(id=sheet.job_id, state=Job.State.FAILED).exists()


@verb("directory.sheet-withdrawn")
def withdraw(actor: Actor, *, sheet_id: UUID) -> Sheet:
    """Give a checked sheet up, or one whose job has failed; its rows are forgotten. Raises NotChecked, NotFound, Forbidden."""
    sheet = access(actor, sheet_id, lock=True)
    if sheet.state not in (Sheet.State.CHECKED, Sheet.State.UNREADABLE) and not is_stuck(sheet):
        raise NotChecked
    SheetRow.objects.filter(sheet=sheet).delete()
    if sheet.file:
        after_commit(partial(default_storage.delete, sheet.file))
    sheet.state, sheet.file = Sheet.State.WITHDRAWN, ""
    sheet.save(update_fields=["state", "file"])
    return sheet
