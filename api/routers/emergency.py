"""Alarms, signals, incidents, devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from ninja import Status

from api.access import in_whose_name
from api.edge import PERSON, SIGNED, Reply, Request, Router, access, page, page_of, perform, single
from api.schemas.emergency import (
    AlarmIn,
    CallIn,
    DeviceKeyIn,
    DeviceKeyOut,
    DeviceKeys,
    DeviceOut,
    DispositionIn,
    HandOffIn,
    IncidentDetailOut,
    IncidentOut,
    NewDeviceKeyOut,
    NoteIn,
    RaisedOut,
    ReceivedOut,
)
from backend.core.errors import FieldError, Invalid, NotFound, Unauthenticated
from backend.core.queries import reading as reading_as
from backend.emergency import actions, device_keys, doors, reading
from backend.emergency.actions.alarms import Raised, own_alarm
from backend.emergency.kinds import State
from backend.emergency.models import Device, Incident
from backend.emergency.signatures import SignedMessage
from backend.people.acting import NotADelegate
from backend.people.actor import Actor
from backend.people.login import sos_actor
from backend.people.roles import Can, Power

router = Router(tags=["emergency"])
SOS = SIGNED("an access token, even expired, of a login that was not revoked, or `Authorization: SOS <sos_key>`")
DEVICE = SIGNED("HTTP Message Signature (RFC 9421), HMAC-SHA256 under the device's key")


def _caller(request: Request, *, never_refuse: bool = False) -> Actor:
    """Who calls for help, or (`Acting-For`) for whom a delegate who may see that person's alarms calls.

    `never_refuse`: without that power, or with a credential good for an alarm only, the alarm is the caller's own, since a call for
    help is never turned away.
    """
    actor = sos_actor(request.headers.get("Authorization", ""))
    if actor is None:
        raise Unauthenticated
    try:
        return in_whose_name(request, actor, Power.SEE_ALARMS)
    except NotADelegate:
        if never_refuse:
            return actor
        raise


@router.post("/emergency/alarms", response={201: RaisedOut, 200: RaisedOut})
@access(SOS)
def raise_alarm(request: Request, body: AlarmIn) -> Reply:
    """Call for help. Wrong fields are answered with 422 that names the incident: the call stands all the same."""
    heard: list[Raised] = []

    def render(raised: Raised) -> RaisedOut:
        heard.append(raised)
        return RaisedOut.of(raised)

    reply = perform(
        request,
        actions.raise_alarm,
        render=render,
        status=201,
        actor=_caller(request, never_refuse=True),
        keyed=False,
        **body.dict(),
    )
    if heard and heard[0].faults:
        raise Invalid(*heard[0].faults, **RaisedOut.of(heard[0]).dict())
    return reply


@router.get("/emergency/alarms/{alarm_id}", response=RaisedOut)
@access(SOS)
def read_alarm(request: Request, alarm_id: UUID) -> RaisedOut:
    """One's own alarm, by the id it was raised with."""
    actor = _caller(request)
    with reading_as(actor):
        return RaisedOut.of(own_alarm(actor, alarm_id))


@router.post("/emergency/alarms/{alarm_id}/cancel", response=RaisedOut)
@access(SOS)
def cancel_alarm(request: Request, alarm_id: UUID) -> Reply:
    """Call one's own alarm off: the desk calls back; nothing is closed."""
    return perform(request, actions.cancel_alarm, render=RaisedOut.of, actor=_caller(request), keyed=False, id=alarm_id)


@router.post("/emergency/signals", response={202: ReceivedOut})
@access(DEVICE)
def receive_signal(request: Request) -> Any:
    """A device's signed message, stored before it is understood.

    `{event_id, kind, code?, at, battery?, value?, unit?, lon?, lat?}`
    """
    message = SignedMessage(request.method or "", request.build_absolute_uri(), dict(request.headers))
    received = doors.receive_https(message, request.body)
    return Status(202, ReceivedOut(signal_id=received.signal_id, incident_id=received.incident_id))


@router.get("/emergency/incidents", response=page_of(IncidentOut))
@access(PERSON, power=Power.SEE_ALARMS)
def incidents(
    request: Request,
    state: str | None = None,
    division_id: UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> dict[str, Any]:
    """The board, newest first; `state` may be several, comma-separated; `unresolved` stands for all but resolved."""
    rows = Incident.objects.visible_to(request.actor).select_related(*reading.RELATED)
    if state:
        wanted = set(state.split(","))
        if "unresolved" in wanted:
            wanted |= {s for s in State.values if s != State.RESOLVED}
        if unknown := wanted - {*State.values, "unresolved"}:
            words = f"unknown: {', '.join(sorted(unknown))[:80]}; use {', '.join(State.values)} or unresolved"
            raise Invalid(FieldError("?state", "unknown-state", words, "未知的状态"))
        rows = rows.filter(state__in=wanted)
    if division_id:
        below = Q(community__parent=division_id) | Q(community__parent__parent=division_id)
        rows = rows.filter(Q(division=division_id) | Q(community=division_id) | below)
    return page(
        request,
        rows,
        lambda row: row,
        order=("-opened_at", "id"),
        render_all=lambda found: reading.board(request.actor, found),
    )


def _whole(request: Request, incident_id: UUID) -> IncidentDetailOut:
    return IncidentDetailOut(**reading.whole(request.actor, incident_id))


def _act(request: Request, verb: Any, incident_id: UUID, **keywords: Any) -> Reply:
    def render(incident: Incident) -> IncidentDetailOut:
        return _whole(request, incident.id)

    return perform(request, verb, render=render, incident_id=incident_id, **keywords)


@router.get("/emergency/incidents/{incident_id}", response=IncidentDetailOut)
@access(PERSON, power=Power.SEE_ALARMS)
def incident(request: Request, incident_id: UUID) -> Reply:
    """The whole of an incident: card, address, contacts, signals, timeline, clock."""
    return single(request, incident_id, lambda found: _whole(request, found))


@router.post("/emergency/incidents/{incident_id}/acknowledge", response=IncidentDetailOut)
@access(PERSON)
def acknowledge(request: Request, incident_id: UUID) -> Reply:
    """Take it: exclusive; another gets 409 `already-acknowledged` with who has it."""
    return _act(request, actions.acknowledge, incident_id)


@router.post("/emergency/incidents/{incident_id}/release", response=IncidentDetailOut)
@access(PERSON)
def release(request: Request, incident_id: UUID) -> Reply:
    """Give it back: the ladder goes on at once."""
    return _act(request, actions.release, incident_id)


@router.post("/emergency/incidents/{incident_id}/note", response=IncidentDetailOut)
@access(PERSON)
def note(request: Request, incident_id: UUID, body: NoteIn) -> Reply:
    """Write a note."""
    return _act(request, actions.note, incident_id, text=body.text)


@router.post("/emergency/incidents/{incident_id}/call", response=IncidentDetailOut)
@access(PERSON)
def call(request: Request, incident_id: UUID, body: CallIn) -> Reply:
    """Log a call."""
    return _act(request, actions.call, incident_id, **body.dict())


@router.post("/emergency/incidents/{incident_id}/hand-off", response=IncidentDetailOut)
@access(PERSON)
def hand_off(request: Request, incident_id: UUID, body: HandOffIn) -> Reply:
    """Hand it to another dispatcher, or take it over oneself."""
    return _act(request, actions.hand_off, incident_id, to=body.to, text=body.text)


@router.post("/emergency/incidents/{incident_id}/resolve", response=IncidentDetailOut)
@access(PERSON)
def resolve(request: Request, incident_id: UUID, body: DispositionIn) -> Reply:
    """End it with a disposition."""
    return _act(request, actions.resolve, incident_id, **body.dict())


@router.get("/emergency/devices", response=page_of(DeviceOut))
@access(Can.DEVICE_READ)
def devices(request: Request, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """The registry, for the desks."""
    return page(request, Device.objects.visible_to(request.actor), DeviceOut.of, order=("serial", "id"))


@router.get("/emergency/devices/{device_id}/keys", response=DeviceKeys)
@access(Can.DEVICE_KEEP)
def keys_of_device(request: Request, device_id: UUID) -> DeviceKeys:
    """A device's keys, live and retired, without their secrets."""
    device = device_keys.kept_by(request.actor).filter(id=device_id).first()
    if device is None:
        raise NotFound
    return DeviceKeys(items=[DeviceKeyOut.from_orm(key) for key in device.keys.order_by("created_at", "id")])


@router.post("/emergency/devices/{device_id}/keys", response={201: NewDeviceKeyOut})
@access(Can.DEVICE_KEEP, fresh=True)
def make_device_key(request: Request, device_id: UUID, body: DeviceKeyIn | None = None) -> Reply:
    """A second key, its secret shown this once; the first ends an hour after the device first uses the second."""
    purpose = body.purpose if body else "signature"
    return perform(
        request,
        device_keys.make_key,
        render=NewDeviceKeyOut.of,
        status=201,
        device_id=device_id,
        purpose=purpose,
    )


@router.delete("/emergency/devices/{device_id}/keys", response={204: None})
@access(Can.DEVICE_KEEP, fresh=True)
def end_all_device_keys(request: Request, device_id: UUID) -> Reply:
    """End every key of a device at once: it is lost or out of service."""
    device_keys.end_all_keys(request.actor, device_id=device_id)
    return Reply(status=204)


@router.delete("/emergency/devices/{device_id}/keys/{key_id}", response={204: None})
@access(Can.DEVICE_KEEP, fresh=True)
def end_device_key(request: Request, device_id: UUID, key_id: str) -> Reply:
    """End one key now. What it still signs is kept and shown to the desk, but not believed."""
    device_keys.end_key(request.actor, device_id=device_id, key_id=key_id)
    return Reply(status=204)
