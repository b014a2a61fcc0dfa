"""Rows of long work: its owner's alone."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backend.core import vault
from backend.core.ids import uuid7
from backend.core.jobs import CONTEXT, Job
from tests.cast import Cast
from tests.permissions.call import Call

OWN = {"anonymous": 401, "wang": 200, "neighbour": 404, "outsider": 404, "manager": 404, "admin": 404}
ROWS: dict[str, dict[str, int]] = {"GET /jobs/{job_id}": OWN, "GET /jobs/{job_id}/result": OWN}


def _job(cast: Cast) -> Call:
    kept = default_storage.save(
        f"jobs/{uuid7()}", ContentFile(vault.seal_bytes(cast.wang.id, CONTEXT, "王奶奶".encode()))
    )
    row = Job.objects.create(
        kind="people.export", owner_id=cast.wang.id, state="done", result=kept, result_type="text/plain"
    )
    return Call(path={"job_id": row.id})


CALLS = {"GET /jobs/{job_id}": _job, "GET /jobs/{job_id}/result": _job}
