"""An import as a job: an administrator names a file that the operator has put into `$YIKE_HOME/osm`."""

import re
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any
from zoneinfo import available_timezones

from backend.core.errors import FieldError, Invalid, Refusal
from backend.core.jobs import Job, JobFailed, Run, job, start
from backend.core.verb import record, verb
from backend.directory.osm import importing
from backend.directory.osm.importing import STAGES, Wish
from backend.env import env
from backend.people.actor import Actor
from backend.people.roles import Can

KIND = "directory.import-osm"
_NAME = re.compile(r"[\w][\w.-]{0,79}")
_EVERY = 5.0


@verb("directory.import-asked")
def ask(actor: Actor, *, file: str, boundary: str = "", division: str = "", name: str = "", timezone: str = "") -> Job:
    """Queue the import of `$YIKE_HOME/osm/<file>`, within `<boundary>` (a GeoJSON file beside it). Raises Forbidden, Invalid."""
    actor.require(Can.DIRECTORY_IMPORT)
    for field, value in (("file", file), ("boundary", boundary)):
        if (value or field == "file") and not (_NAME.fullmatch(value) and (env.home / "osm" / value).is_file()):
            raise _wrong(field, "file-unknown", "no such file in $YIKE_HOME/osm", "$YIKE_HOME/osm 中没有该文件")
    if timezone and timezone not in available_timezones():
        raise _wrong("timezone", "timezone-unknown", "there is no such time zone", "没有这个时区")
    if len(name) > 80:
        raise _wrong("name", "too-long", "at most 80 characters", "最多 80 个字符")
    asked = {"file": file, "boundary": boundary, "division": division, "name": name, "timezone": timezone}
    made = start(
        KIND, owner_id=actor.must_be_known(), total=len(STAGES), file=file, boundary=boundary, division=division,
        name=name, timezone=timezone,
    )  # fmt: skip
    record("directory.import-asked", about=made, **asked)
    return made


@job(KIND)
def work(run: Run) -> None:
    """Bring the file in; a killed run is begun again and finds what is done."""
    asked, folder = run.params, env.home / "osm"
    wish = Wish(
        folder / asked["file"],
        folder / asked["boundary"] if asked["boundary"] else None,
        asked["division"] or None,
        asked["name"] or None,
        asked["timezone"] or None,
    )
    try:
        importing.bring_in(Actor.system("import-osm"), wish, _steps(run))
    except importing.ImportRunning:
        raise
    except Refusal as refusal:
        errors = getattr(refusal, "errors", ())
        raise JobFailed(errors[0].code if errors else refusal.code) from refusal
    run.step(len(STAGES), len(STAGES))


def _steps(run: Run) -> importing.Watch:
    """Tell the job how far it is, and renew its lease every few seconds."""

    def watch(stage: str, things: Iterable[Any], total: int | None) -> Iterator[Any]:
        number, told = STAGES.index(stage), monotonic()
        run.step(number, len(STAGES), cursor=stage)
        for thing in things:
            yield thing
            if monotonic() - told > _EVERY:
                run.step(number, len(STAGES), cursor=stage)
                told = monotonic()

    return watch


def _wrong(field: str, code: str, detail: str, zh: str) -> Invalid:
    return Invalid(FieldError(f"/{field}", code, detail, zh))
