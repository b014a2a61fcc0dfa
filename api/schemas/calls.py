"""Shapes of telephone calls for help."""

from __future__ import annotations

from uuid import UUID

from ninja import Field, Schema

from api.schemas.emergency import IncidentDetailOut


class CallEnteredIn(Schema):
    """A call that a dispatcher writes down. Everything but `id` may be unknown."""

    id: UUID = Field(description="made by the client; repeating it changes nothing")
    kind: str = Field("sos", description="sos, fall, medical, fire, smoke, gas, co, water, entrapment, …")
    caller: str = Field("", max_length=40, description="the number that called, as it was shown or said")
    person_id: UUID | None = Field(None, description="whom the call is about")
    home_id: UUID | None = Field(None, description="where help is needed, if not at the person's own home")
    division_id: UUID | None = Field(None, description="whose desk, for a place that nobody knows; default: one's own")
    note: str = Field("", max_length=2000)


class CallEnteredOut(Schema):
    incident: IncidentDetailOut
    signal: UUID
