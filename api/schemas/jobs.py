"""Shapes of long work."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from backend.core.jobs import Job


class JobOut(Schema):
    id: UUID
    kind: str
    state: str = Field(description="queued, running, done or failed")
    done: int
    total: int = Field(description="0 while it is not known")
    error: str | None
    result_url: str | None = Field(description="a file, kept for 72 hours")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Job) -> JobOut:
        return cls(
            id=row.id,
            kind=row.kind,
            state=row.state,
            done=row.done,
            total=row.total,
            error=row.error or None,
            result_url=f"/api/v1/jobs/{row.id}/result" if row.result else None,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )
