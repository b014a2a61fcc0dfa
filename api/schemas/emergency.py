"""Shapes of alarms, signals, incidents and devices."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AliasChoices

from backend.emergency.actions import Raised
from backend.emergency.device_keys import NewDeviceKey
from backend.emergency.models import Device


class AlarmIn(Schema):
    """Everything but `id` is taken as it comes: a wrong field costs its own meaning, never the call."""

    id: UUID = Field(description="made by the client; repeating it changes nothing")
    kind: Any = Field("sos", description="sos, fall, medical, fire, smoke, gas, co, water, …")
    at: Any = Field(None, description="ISO 8601 with an offset: when it happened by the caller's clock")
    lon: Any = Field(None, description="degrees")
    lat: Any = Field(None, description="degrees")
    crs: Any = Field("wgs84", description="wgs84, gcj02 or bd09")
    home_id: Any = Field(None, description="one of the caller's homes; without it the first")
    note: Any = Field(None, description="a few words, at most 2000 characters")


class NamedOut(Schema):
    id: UUID
    name: str


class DeviceBriefOut(Schema):
    id: UUID
    serial: str
    kind: str


class IncidentOut(Schema):
    """A row of the board."""

    id: UUID
    number: int
    kind: str
    priority: str = Field(description="P1 life, P2 welfare, P3 device")
    state: str = Field(description="open, acknowledged, in_progress, resolved")
    identity: str = Field(description="verified or unverified")
    division_id: UUID = Field(description="the desk that answers")
    community_id: UUID | None
    community_name: str | None
    person: NamedOut | None
    owner: NamedOut | None = Field(description="the dispatcher who has taken it")
    home_id: UUID | None
    address: str | None
    device: DeviceBriefOut | None
    opened_at: datetime
    last_signal_at: datetime
    acknowledged_at: datetime | None
    cancelled_at: datetime | None
    resolved_at: datetime | None
    disposition: str | None
    signal_count: int
    step: int = Field(description="rungs of the ladder taken, from 0, without end")
    next_step_at: datetime | None = Field(description="when silence moves the ladder on; null once taken")


class AlarmOut(Schema):
    """The caller's view of what became of the call."""

    id: UUID
    number: int
    kind: str
    priority: str
    state: str
    identity: str
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None


class RaisedOut(Schema):
    incident: AlarmOut
    signal: UUID

    @classmethod
    def of(cls, raised: Raised) -> RaisedOut:
        return cls(incident=AlarmOut.from_orm(raised.incident), signal=raised.signal)


class ReceivedOut(Schema):
    received: bool = True
    signal_id: UUID
    incident_id: UUID | None = Field(description="null for heartbeats and tests")


class CallerCardOut(Schema):
    id: UUID
    name: str
    phone: str = Field(description="masked until the reader has taken the incident")
    language: str
    elder_mode: bool
    care_notes: str = Field(
        "", description="stars when there are any: POST /people/{id}/reveal shows them with a reason"
    )


class CallerContactOut(Schema):
    name: str
    phone: str
    relation: str
    is_confirmed: bool
    position: int


class RelatedOut(NamedOut):
    how: str = Field(description="own: it is their own number, shared with others; contact: of their emergency contact")


class CallerOut(Schema):
    """Who telephoned last."""

    number: str = Field(description="masked until the reader has taken the incident; empty when it was withheld")
    related: list[RelatedOut] = Field(description="whom the number may be about, when it is not one person's own")


class PointOut(Schema):
    lon: float | None
    lat: float | None


class SignalOut(Schema):
    id: UUID
    at: datetime = Field(description="received, by the server's clock")
    device_at: datetime | None = Field(description="by the sender's clock")
    kind: str
    code: str
    battery: int | None
    is_authentic: bool
    is_clock_skewed: bool
    is_replayed: bool
    lon: float | None
    lat: float | None
    note: str | None
    value: str | None
    unit: str | None


class IncidentMomentOut(Schema):
    at: datetime
    event: str
    by: NamedOut | None
    by_kind: str
    facts: dict[str, Any]
    text: str | None
    reference: str | None


class StepOut(Schema):
    target: str
    wait: int = Field(description="seconds")


class IncidentDetailOut(IncidentOut):
    """The whole of an incident."""

    card: CallerCardOut | None
    contacts: list[CallerContactOut]
    caller: CallerOut | None
    home: PointOut | None
    signals: list[SignalOut]
    timeline: list[IncidentMomentOut]
    steps: list[StepOut]
    allowed: list[str]


class NoteIn(Schema):
    text: str = Field(max_length=4000, validation_alias=AliasChoices("text", "note"))  # type: ignore[pydantic-alias]


class CallIn(Schema):
    to: str = Field(description="person, contact, responder, 120, 119, 110, other")
    result: str = Field(description="spoke, no_answer, busy, cannot_speak, handed_over")
    reference: str = Field("", max_length=120, description="what 120, 119 or 110 gave")
    text: str = Field("", max_length=4000)


class HandOffIn(Schema):
    to: UUID = Field(description="a dispatcher of the incident's desks")
    text: str = Field("", max_length=4000)


class DispositionIn(Schema):
    disposition: str = Field(description="real, false, test, accidental, no_contact, duplicate")
    reference: str = Field(
        "", max_length=120, description="the 120 reference or who went there; needed for no_contact on a P1"
    )
    text: str = Field("", max_length=4000)


class DeviceOut(Schema):
    id: UUID
    serial: str
    kind: str
    protocol: str
    home_id: UUID | None
    person_id: UUID | None
    community_id: UUID | None
    battery: int | None
    last_seen_at: datetime | None

    @classmethod
    def of(cls, row: Device) -> DeviceOut:
        return cls(
            id=row.id,
            serial=row.serial,
            kind=row.kind,
            protocol=row.protocol,
            home_id=row.home_id,
            person_id=row.user_id,
            community_id=row.community_id,
            battery=row.battery,
            last_seen_at=row.last_seen_at,
        )


class DeviceKeyIn(Schema):
    purpose: Literal["signature", "aes"] = Field("signature", description="aes: DC-09 devices only")


class DeviceKeyOut(Schema):
    key_id: str
    purpose: str
    is_live: bool
    created_at: datetime
    first_used_at: datetime | None = Field(description="then the older key ends, after an hour of grace")
    until: datetime | None = Field(description="when it ends or ended")


class DeviceKeys(Schema):
    items: list[DeviceKeyOut]
    next: str | None = None


class NewDeviceKeyOut(Schema):
    key_id: str
    purpose: str
    secret: str = Field(description="shown this once; signature: unpadded base64url, aes: hex")
    keys: list[DeviceKeyOut]

    @classmethod
    def of(cls, made: NewDeviceKey) -> NewDeviceKeyOut:
        keys = made.key.device.keys.order_by("created_at", "id")
        return cls(
            key_id=made.key.key_id,
            purpose=made.key.purpose,
            secret=made.secret,
            keys=[DeviceKeyOut.from_orm(key) for key in keys],
        )
