"""Shapes of opening hours as they are kept: schedules, closures, and what is sent to set them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from ninja import Field, Schema

from api.schemas.service_details import ScheduleOut
from backend.core.clock import now
from backend.directory.hours import timetable_of
from backend.directory.hours.words import closure as closure_words
from backend.directory.hours_acting import is_over
from backend.directory.hours_drafts import ClosureDraft, ScheduleDraft
from backend.directory.models import Closure, ServiceAtLocation

MonthDay = Field("", max_length=5, description="MM-DD, every year, inclusive")


class ScheduleIn(Schema):
    """One rule in the words of RFC 5545. Without times: closed on these days."""

    freq: Literal["WEEKLY", "MONTHLY"] = "WEEKLY"
    interval: int = Field(1, description="every so many weeks or months from `dtstart`")
    byday: str = Field("", max_length=120, description="MO,TU or, MONTHLY, 2MO,-1FR; empty: every day")
    bymonthday: str = Field("", max_length=120, description="MONTHLY: 1,15,-1")
    byweekno: str = Field("", max_length=160, description="ISO weeks: 1,2,53")
    dtstart: date | None = None
    until: date | None = None
    count: int | None = None
    opens_at: time | None = Field(None, description="HH:MM of local time")
    closes_at: time | None = Field(None, description="before opens_at: the next day; the same: 24 hours")
    valid_from: date | None = None
    valid_to: date | None = None
    season_from: str = MonthDay
    season_to: str = MonthDay
    days: Literal["all", "holidays", "workdays", "school"] = Field(
        "all", description="only public holidays, make-up days (调休) …"
    )
    layer: int | None = Field(
        None,
        description="the highest layer that has a rule for a day gives its hours; left out: every week 0, a part of the year 1, "
        "make-up days 2, public holidays 3, a single day 4",
    )
    adds: bool = Field(False, description="beside the lower layers, not instead of them")
    note: str = Field("", max_length=200)
    note_en: str = Field("", max_length=200)

    def draft(self) -> ScheduleDraft:
        return ScheduleDraft(**self.dict())


class SchedulesIn(Schema):
    """`schedules`, or `hours_text` in OpenStreetMap's grammar; with neither the hours become unknown."""

    schedules: list[ScheduleIn] = []
    hours_text: str = Field("", max_length=500)
    make_up_day: Literal["", "MO", "TU", "WE", "TH", "FR"] = Field(
        "",
        description="the weekday whose hours a weekend worked for a holiday (调休) follows; empty: it stays a weekend",
    )


class ClosureIn(Schema):
    id: UUID | None = None
    kind: Literal["renovation", "holiday", "stocktaking", "outage", "staff", "emergency", "other"]
    starts_at: datetime = Field(description="with its offset; to the minute")
    ends_at: datetime | None = Field(None, description="null: nobody knows")
    reason: str = Field("", max_length=200, description="required for `other`")
    reason_en: str = Field("", max_length=200)

    def draft(self) -> ClosureDraft:
        return ClosureDraft(**self.dict(exclude={"id"}))


class KeptClosureOut(Schema):
    """A closure; `ended_at`: opened again, or called off, before its end."""

    id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    reason: str
    reason_en: str
    text: str = Field(description="in words, with the reason")

    @classmethod
    def of(cls, row: Closure, language: str, timezone: str) -> KeptClosureOut:
        plain = ("id", "kind", "starts_at", "ends_at", "ended_at", "reason", "reason_en")
        return cls(**{name: getattr(row, name) for name in plain}, text=closure_words(row, language, timezone))


class KeptScheduleOut(ScheduleOut):
    """A rule with all that was sent for it."""

    count: int | None
    note: str
    note_en: str


class SchedulesOut(Schema):
    """When a service at a location is open, as it is kept. Whether it is open now stands in the service and the circle."""

    service_at_location_id: UUID
    timezone: str
    hours_text: str = Field(description="as the source, or whoever set them, wrote it")
    make_up_day: str
    known: bool = Field(description="false: no hours, or hours that depend on a calendar nobody knows here")
    schedules: list[KeptScheduleOut]
    closures: list[KeptClosureOut] = Field(description="in force or ahead")

    @classmethod
    def of(cls, at: ServiceAtLocation, language: str) -> SchedulesOut:
        """Render it; `location`, `schedules` and `closures` are read."""
        timetable, zone = timetable_of(at), at.location.timezone
        offset = now().astimezone(ZoneInfo(zone)).isoformat()[-6:]
        return cls(
            service_at_location_id=at.id,
            timezone=zone,
            hours_text=at.hours_text,
            make_up_day=at.make_up_day,
            known=timetable is not None,
            schedules=[
                KeptScheduleOut(
                    **ScheduleOut.of(row, offset, language).dict(), count=row.count, note=row.note, note_en=row.note_en
                )
                for row in at.schedules.all()
            ],
            closures=[KeptClosureOut.of(row, language, zone) for row in at.closures.all() if not is_over(row)],
        )
