"""How incidents are shown: a row of the board, and the whole of one. Personal data only for those who help."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from backend.core import vault
from backend.core.audit import AuditRow
from backend.core.errors import NotFound
from backend.emergency import flow
from backend.emergency.kinds import State
from backend.emergency.models import Incident, Signal
from backend.emergency.models.incidents import TEXT
from backend.emergency.models.signals import DETAIL
from backend.people import masks, phones
from backend.people import reading as people
from backend.people.actor import Actor
from backend.people.roles import Can

RELATED = ("home__building__compound", "home__unit", "community", "division", "device")


def board(actor: Actor, incidents: Iterable[Incident]) -> list[dict[str, Any]]:
    """Rows for the board, names read in one go; masked for those who watch and do not answer."""
    rows = list(incidents)
    names = people.names_by_id({i for row in rows for i in (row.person_id, row.owner_id)})
    return [_row(row, names, is_masked=_must_mask(actor, row)) for row in rows]


def _must_mask(actor: Actor, incident: Incident) -> bool:
    """The desk that answers calls a person by their name; officers and care workers read it masked."""
    answers = actor.may(Can.INCIDENT_ACKNOWLEDGE, community=incident.community_id, division=incident.division_id)
    return not answers and actor.person_id != incident.person_id


def _row(incident: Incident, names: dict[UUID, str], *, is_masked: bool) -> dict[str, Any]:
    home, device = incident.home, incident.device
    return {
        "id": incident.id,
        "number": incident.number,
        "kind": incident.kind,
        "priority": incident.priority,
        "state": incident.state,
        "identity": incident.identity,
        "division_id": incident.division_id,
        "community_id": incident.community_id,
        "community_name": incident.community.name if incident.community else None,
        "person": _named(incident.person_id, names, is_masked=is_masked),
        "owner": _named(incident.owner_id, names),
        "home_id": incident.home_id,
        "address": home.address() if home else None,
        "device": {"id": device.id, "serial": device.serial, "kind": device.kind} if device else None,
        "opened_at": incident.opened_at,
        "last_signal_at": incident.last_signal_at,
        "acknowledged_at": incident.acknowledged_at,
        "cancelled_at": incident.cancelled_at,
        "resolved_at": incident.resolved_at,
        "disposition": incident.disposition or None,
        "signal_count": incident.signal_count,
        "step": incident.step,
        "next_step_at": incident.due_at if incident.state == State.OPEN else None,
    }


def _named(person: UUID | None, names: dict[UUID, str], *, is_masked: bool = False) -> dict[str, Any] | None:
    name = names.get(person, "") if person else ""
    return {"id": person, "name": masks.name(name) if is_masked else name} if person else None


def whole(actor: Actor, incident_id: UUID) -> dict[str, Any]:
    """One incident with card, contacts, signals and timeline. Raises NotFound out of sight.

    Phones are masked until the reader has taken the incident; a person who reads their own sees what happened, not who wrote what.
    """
    incident = Incident.objects.visible_to(actor).select_related(*RELATED).filter(id=incident_id).first()
    if incident is None:
        raise NotFound
    helps = actor.may(Can.INCIDENT_READ, community=incident.community_id, division=incident.division_id)
    is_owner = incident.owner_id is not None and incident.owner_id == actor.person_id
    (row,) = board(actor, [incident])
    is_masked = _must_mask(actor, incident)
    signals = list(Signal.objects.filter(incident_id=incident.id).order_by("at", "id")[:200])
    details = _details(signals, helps)
    home = incident.home
    return row | {
        "card": _card(incident, is_owner, is_masked) if helps else None,
        "contacts": _contacts(incident, is_owner, is_masked) if helps else [],
        "home": {"lon": home.building.lon, "lat": home.building.lat} if home else None,
        "caller": _caller(signals, details, is_owner, is_masked) if helps else None,
        "signals": [_signal(signal, detail) for signal, detail in zip(signals, details, strict=True)],
        "timeline": _timeline(incident, helps),
        "steps": incident.policy["steps"],
        "allowed": flow.allowed(incident.state) if helps else [],
    }


def _caller(
    signals: list[Signal], details: list[dict[str, Any]], is_owner: bool, is_masked: bool
) -> dict[str, Any] | None:
    """Who telephoned last, and whom the number may be about; None when nobody did."""
    told = [
        d for s, d in zip(signals, details, strict=True) if s.protocol == "phone" and ("caller" in d or "related" in d)
    ]
    if not told:
        return None
    related = [(UUID(one), how) for one, how in told[-1].get("related", [])]
    names = people.names_by_id({one for one, _ in related})
    number = told[-1].get("caller", "")
    return {
        "number": number if is_owner or not number else phones.masked(number),
        "related": [_named(one, names, is_masked=is_masked) | {"how": how} for one, how in related if one in names],  # type: ignore[operator]
    }


def _card(incident: Incident, is_owner: bool, is_masked: bool) -> dict[str, Any] | None:
    card = people.card(incident.person_id, reveal_phone=is_owner) if incident.person_id else None
    if card is None:
        return None
    return {
        "id": card.id,
        "name": masks.name(card.name) if is_masked else card.name,
        "phone": card.phone,
        "language": card.language,
        "elder_mode": card.elder_mode,
        "care_notes": card.care_notes,
    }


def _contacts(incident: Incident, is_owner: bool, is_masked: bool) -> list[dict[str, Any]]:
    if incident.person_id is None:
        return []
    found = people.contacts_of(incident.person_id, reveal=is_owner)
    return [
        {
            "name": masks.name(c.name) if is_masked else c.name,
            "phone": c.phone,
            "relation": c.relation,
            "is_confirmed": c.confirmed,
            "position": c.position,
        }
        for c in found
    ]


def _details(signals: list[Signal], helps: bool) -> list[dict[str, Any]]:
    """What each signal told, for those who help; nothing of somebody who was erased."""
    told = vault.unseal_many(
        (s.owner_id, DETAIL, s.detail_sealed) for s in signals if helps and s.detail_sealed is not None
    )
    texts = iter(told)
    return [json.loads(next(texts) or "{}") if helps and s.detail_sealed is not None else {} for s in signals]


def _signal(signal: Signal, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": signal.id,
        "at": signal.at,
        "device_at": signal.device_at,
        "kind": signal.kind,
        "code": signal.code,
        "battery": signal.battery,
        "is_authentic": signal.is_authentic,
        "is_clock_skewed": signal.is_clock_skewed,
        "is_replayed": signal.is_replayed,
        "lon": detail.get("lon"),
        "lat": detail.get("lat"),
        "note": detail.get("note"),
        "value": detail.get("value"),
        "unit": detail.get("unit"),
    }


def _timeline(incident: Incident, helps: bool) -> list[dict[str, Any]]:
    rows = list(AuditRow.objects.filter(object_id=incident.id).order_by("at", "id"))
    written = _written(incident) if helps else {}
    names = people.names_by_id({r.actor_id for r in rows if r.actor_kind == "person"}) if helps else {}
    return [
        {
            "at": row.at,
            "event": row.event,
            "by": _named(row.actor_id, names) if helps and row.actor_kind == "person" else None,
            "by_kind": row.actor_kind,
            "facts": {k: v for k, v in row.data.items() if k != "entry"} if helps else {},
            **written.get(str(row.data.get("entry")), {"text": None, "reference": None}),
        }
        for row in rows
    ]


def _written(incident: Incident) -> dict[str, dict[str, str | None]]:
    """Text and reference of each entry, by its id; None where there is none or its person was erased."""
    entries = list(incident.entries.all())
    sealed = [
        (e, name, blob) for e in entries for name, blob in (("text", e.text_sealed), ("reference", e.reference_sealed))
    ]
    opened = vault.unseal_many((e.owner_id, TEXT, blob) for e, _, blob in sealed if blob is not None)
    found: dict[str, dict[str, str | None]] = {str(e.id): {"text": None, "reference": None} for e in entries}
    for (entry, name, _), text in zip([s for s in sealed if s[2] is not None], opened, strict=True):
        found[str(entry.id)][name] = text or None
    return found
