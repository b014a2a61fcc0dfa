"""Shapes of sheets on their way into the directory."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from backend.directory.intake import faults, report
from backend.directory.models import Sheet, SheetRow


class SheetOut(Schema):
    id: UUID
    name: str
    source: str = Field(description="whose ids these are; the same source and id again is a change")
    state: str = Field(description="reading, checked, unreadable, applying, applied or withdrawn")
    crs: str | None = Field(description="the datum of rows that declare none; null: such rows are refused")
    allow_outside: bool
    error: str | None = Field(description="why the whole file cannot be read")
    error_text: str | None
    total: int
    bad: int = Field(description="rows with faults: none of them can be written")
    warned: int = Field(description="good rows that somebody should look at")
    created: int
    updated: int
    unchanged: int
    job_id: UUID | None = Field(description="progress at GET /jobs/{id}, for who began it")
    created_at: datetime
    applied_at: datetime | None

    @classmethod
    def of(cls, row: Sheet, language: str) -> SheetOut:
        code, _, field = row.error.partition(" ")
        said = f"{faults.text(code, language)} {report.head(field, language)}".strip() if code else None
        plain = (
            "id",
            "name",
            "source",
            "state",
            "allow_outside",
            "total",
            "bad",
            "warned",
            "created",
            "updated",
            "unchanged",
        )
        told = {name: getattr(row, name) for name in (*plain, "job_id", "created_at", "applied_at")}
        return cls(**told, crs=row.crs or None, error=code or None, error_text=said)


class FaultOut(Schema):
    """What is wrong with one field, or to be looked at."""

    field: str
    head: str = Field(description="the field as its column is called in the reader's language")
    level: str = Field(description="error or warning")
    code: str
    reason: str
    row: int | None = Field(None, description="the earlier row that says the same")
    service_id: UUID | None = Field(None, description="the kept service of the same name")


class SheetRowOut(Schema):
    """A row by its number in the sheet; `values` are what would be kept, null for a row with errors."""

    number: int
    name: str
    external_id: str | None
    values: dict[str, object] | None
    found: list[FaultOut]

    @classmethod
    def of(cls, row: SheetRow, language: str) -> SheetRowOut:
        told = [("error", fault) for fault in row.faults] + [("warning", fault) for fault in row.warnings]
        found = [
            FaultOut(
                field=fault["field"],
                head=report.head(fault["field"], language),
                level=level,
                code=fault["code"],
                reason=faults.text(fault["code"], language),
                row=fault.get("row"),
                service_id=fault.get("service"),
            )
            for level, fault in told
        ]
        return cls(
            number=row.number, name=row.name, external_id=row.external_id or None, values=row.told or None, found=found
        )


class SheetRowsOut(Schema):
    items: list[SheetRowOut]
    next: str | None


class ApplyIn(Schema):
    skip_bad: bool = Field(
        False, description="leave the rows with errors out; without it a sheet with errors is refused"
    )


class OsmImportIn(Schema):
    """A file that the operator put into `$YIKE_HOME/osm`, by its name."""

    file: str = Field(max_length=80)
    boundary: str = Field("", max_length=80, description="GeoJSON beside it: only services inside")
    division: str = Field("", max_length=12)
    name: str = Field("", max_length=80, description="of the area; default: the division's code, else the file's name")
    timezone: str = Field("", max_length=40)
