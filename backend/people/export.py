"""The copy of everything we hold about a person: a job that makes a zip of JSON files, sealed until they fetch it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID

from django.core.files.storage import default_storage

from backend.core import catalogue, jobs, subjects
from backend.core.catalogue_words import PURPOSES
from backend.core.clock import BEIJING, now
from backend.core.jobs import Job, Run
from backend.core.verb import record, verb
from backend.people.actor import Actor
from backend.people.models import PrivacyRequest, User

KIND = "people.export"
AGAIN = timedelta(hours=24)


def latest(person_id: UUID) -> Job | None:
    """The person's export that runs, or was made in the last 24 hours and can still be fetched."""
    found = Job.objects.filter(owner_id=person_id, kind=KIND, created_at__gt=now() - AGAIN).order_by("-id").first()
    if found is None or found.state == Job.State.FAILED or (found.state == Job.State.DONE and not found.result):
        return None
    return found


@verb("export.asked")
def ask(actor: Actor) -> Job:
    """Begin an export, or give the one that runs or is less than a day old."""
    person = actor.must_be_known()
    user = User.objects.select_for_update().get(id=person)
    found = latest(person)
    if found is not None:
        record("export.asked-again", about=found)
        return found
    made = jobs.start(KIND, owner_id=person, total=len(subjects.export_rooms()))
    PrivacyRequest.objects.create(user=user, kind=PrivacyRequest.Kind.EXPORT, job_id=made.id)
    record("export.asked", about=made)
    return made


@jobs.job(KIND)
def make(run: Run) -> None:
    """Gather every room's part and keep the zip. Killed in between, it begins again: reading changes nothing."""
    person, rooms = run.job.owner_id, subjects.export_rooms()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme())
        for place, room in enumerate(rooms, start=1):
            for name, content in subjects.exported(person, room).items():
                archive.writestr(f"{room}/{name}", content if isinstance(content, bytes) else _json(content))
            run.step(place, len(rooms))
    if run.job.result:  # of an earlier try that died just before its end
        default_storage.delete(run.job.result)
    name = f"yike-{now().astimezone(BEIJING):%Y%m%d}.zip"
    run.keep_result(buffer.getvalue(), name=name, content_type="application/zip")
    PrivacyRequest.objects.filter(user_id=person, job_id=run.job.id).update(finished_at=now())


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, default=subjects.as_json).encode()


def readme() -> str:
    """What the files are, in Chinese and English, with why each table is kept and how it is erased."""
    lines = [
        "这里是一刻保存的、与您有关的全部信息。每个文件夹是一个功能，每个 JSON 文件是一张表。",
        "密码、验证码、令牌等凭据不在其中。时间为 ISO 8601，金额单位为分。",
        "",
        "This is everything Yike holds about you. A folder is a part of the service, a JSON file is a table.",
        "Passwords, codes and tokens are left out. Times are ISO 8601, amounts are in fen.",
        "",
    ]
    for entry in catalogue.entries().values():
        if entry.personal:
            purposes = {PURPOSES[p.purpose] for p in entry.personal}
            zh, en = "、".join(sorted(z for z, _ in purposes)), ", ".join(sorted(e for _, e in purposes))
            lines.append(f"{entry.label}: {zh} / {en}")
    return "\n".join(lines) + "\n"
