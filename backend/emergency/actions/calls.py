"""Telephone calls for help: told by the exchange (PBX) as they ring, or entered by hand by whoever took them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from backend.community.models import Division, Home
from backend.core.errors import FieldError, Forbidden, Invalid
from backend.core.verb import record, verb
from backend.emergency import callers, ladder
from backend.emergency.callers import Caller
from backend.emergency.errors import IdTaken
from backend.emergency.intake import Arrival, keep, take_key
from backend.emergency.kinds import PRIORITY, Identity, Kind, Priority
from backend.emergency.models import Device, Incident, SignalKey
from backend.emergency.opening import Call, open_or_join
from backend.people.actor import Actor
from backend.people.models import User
from backend.people.roles import Can

STATES = ("ringing", "answered", "ended", "missed")
OTHER = "other"
# An exchange that was restarted may count its calls from one again.
SAME_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Called:
    """What became of a call."""

    incident: Incident
    signal_id: UUID
    is_repeat: bool = False


@verb("call.told", audited=False)
def take_call(actor: Actor, *, pbx_id: UUID, call_id: str, state: str, caller: str, raw: bytes) -> Called:
    """The exchange tells of a call (`ringing`, `answered`, `ended`, `missed`): the first word opens or joins an incident.

    Later words about the same `call_id` within a day are written into its timeline, each once. `caller` is the number as the
    exchange shows it, empty when it is withheld: unknown callers have an incident of their own.
    """
    pbx = Device.known(pbx_id)
    if pbx is None:
        raise Forbidden
    state = state if state in STATES else OTHER
    who = callers.of(caller)
    arrival = Arrival(
        source=f"call:{pbx.id}",
        event_id=call_id,
        protocol="phone",
        raw=raw,
        owner_id=who.owner_id,
        device_id=pbx.id,
        person_id=who.person_id,
        community_id=who.community.id if who.community else pbx.community_id,
        same_for=SAME_FOR,
    )
    key, is_new = take_key(arrival)
    first = key
    if not is_new:
        first = SignalKey.objects.get(source=arrival.source, event_id=call_id)
        key, is_new = take_key(replace(arrival, event_id=f"{call_id[:100]}#{state}"))
        incident = Incident.objects.select_for_update().get(id=first.settled)
        if is_new and state != "ringing":
            _tell(incident, key.signal_id, state)
        _settle(key, incident)
        return Called(incident, first.signal_id, is_repeat=True)
    incident = open_or_join(_call(who, pbx.community), key.signal_id)
    keep(
        replace(arrival, community_id=incident.community_id),
        signal_id=key.signal_id,
        at=key.signal_at,
        kind=Kind.SOS,
        code=state,
        incident_id=incident.id,
        detail=who.detail(),
    )
    _settle(key, incident)
    _tell(incident, key.signal_id, state)
    return Called(incident, key.signal_id)


def _tell(incident: Incident, signal_id: UUID, state: str) -> None:
    record("incident.call_told", about=incident, signal=signal_id, state=state)
    ladder.tell_desks(incident, "incident.call_told")


def _settle(key: SignalKey, incident: Incident) -> None:
    if key.incident_id is None:
        key.incident_id = incident.id
        key.save(update_fields=["incident_id"])


def _call(who: Caller, community: Division | None, kind: Kind = Kind.SOS) -> Call:
    return Call(
        subject=who.subject,
        kind=kind,
        priority=PRIORITY[kind] if who.person_id else Priority.LIFE,
        identity=Identity.VERIFIED if who.home_id else Identity.UNVERIFIED,
        person_id=who.person_id,
        home_id=who.home_id,
        community=who.community or community,
    )


@verb("call.entered", audited=False)
def enter_call(
    actor: Actor,
    *,
    id: UUID,
    kind: str = Kind.SOS,
    caller: str = "",
    person_id: UUID | None = None,
    home_id: UUID | None = None,
    division_id: UUID | None = None,
    note: str = "",
) -> Called:
    """A dispatcher writes down a call that came by another telephone. `id` is made by the client: repeating it changes nothing.

    About a person, a home, or (by `caller` or nothing at all) somebody unknown at the desk `division_id`, by default the
    dispatcher's own. Raises Forbidden for who may not take incidents there, Invalid, IdTaken.
    """
    if kind not in Kind.values:
        raise Invalid(FieldError("/kind", "unknown-kind", f"must be one of {', '.join(Kind.values)}", "未知的求助类型"))
    who, desk = _who(caller, person_id, home_id), _desk(actor, division_id)
    place = who.community or desk
    if not actor.may(Can.INCIDENT_ACKNOWLEDGE, community=place.id, division=place.id):
        raise Forbidden
    said = {"id": id, "kind": kind, "caller": caller, "person": person_id, "home": home_id, "note": note}
    arrival = Arrival(
        source="call:desk",
        event_id=str(id),
        protocol="phone",
        raw=json.dumps({k: str(v) for k, v in said.items() if v}, ensure_ascii=True).encode(),
        owner_id=who.owner_id,
        person_id=actor.must_be_known(),
        community_id=place.id,
    )
    key, is_new = take_key(arrival)
    if not is_new:
        if key.person_id != actor.person_id:
            raise IdTaken
        return Called(Incident.objects.get(id=key.settled), key.signal_id, is_repeat=True)
    incident = open_or_join(_call(who, desk, Kind(kind)), key.signal_id)
    detail = who.detail() | ({"note": note[:2000]} if note else {})
    keep(
        replace(arrival, person_id=who.person_id),
        signal_id=key.signal_id,
        at=key.signal_at,
        kind=kind,
        incident_id=incident.id,
        detail=detail,
    )
    _settle(key, incident)
    record("incident.call_entered", about=incident, signal=key.signal_id)
    ladder.tell_desks(incident, "incident.call_entered")
    return Called(incident, key.signal_id)


def _who(caller: str, person_id: UUID | None, home_id: UUID | None) -> Caller:
    if person_id is not None and not User.objects.filter(id=person_id).exclude(state=User.State.ERASED).exists():
        raise Invalid(FieldError("/person_id", "unknown", "nobody has this id", "没有此人"))
    home = Home.objects.select_related("community__parent__parent").filter(id=home_id).first() if home_id else None
    if home_id is not None and home is None:
        raise Invalid(FieldError("/home_id", "unknown", "no home has this id", "没有此住所"))
    who = callers.person(person_id, caller) if person_id else callers.of(caller)
    return replace(who, home_id=home.id, community=home.community) if home else who


def _desk(actor: Actor, division_id: UUID | None) -> Division:
    rows = Division.objects.select_related("parent__parent")
    if division_id is not None:
        found = rows.filter(id=division_id).first()
        if found is None:
            raise Invalid(FieldError("/division_id", "unknown", "no division has this id", "没有此区划"))
        return found
    mine = actor.reach(Can.INCIDENT_ACKNOWLEDGE)
    own = rows.filter(id__in=mine.divisions | mine.communities).order_by("-kind", "code").first()
    if own is None and not mine.everywhere:
        raise Forbidden
    return own or rows.filter(kind="district").order_by("code")[:1].get()
