"""The long work of sheets: checking and applying, with progress."""

from uuid import UUID

from backend.core.errors import Refusal
from backend.core.jobs import JobFailed, Run, job
from backend.core.queries import looking_up
from backend.directory.intake import sheets
from backend.directory.models import Sheet
from backend.people.actor import Actor

SYSTEM = Actor.system("sheets")


@job(sheets.CHECK)
def check(run: Run) -> None:
    """Read and check a sheet; what is wrong with the whole file is the job's error."""
    with looking_up("sheets"):
        sheet = Sheet.objects.get(id=UUID(run.params["sheet"]))
    if sheet.state == Sheet.State.READING:
        sheet = sheets.check(sheet, run.step)
    if sheet.state == Sheet.State.UNREADABLE:
        raise JobFailed(sheet.error)


@job(sheets.APPLY)
def apply(run: Run) -> None:
    """Write a confirmed sheet in one transaction; the progress is seen when it has ended."""
    try:
        sheet = sheets.apply(SYSTEM, sheet_id=UUID(run.params["sheet"]))
    except Refusal as refusal:
        raise JobFailed(refusal.code) from refusal
    run.step(sheet.total, sheet.total)
