"""What alarms, incidents and devices hold of people."""

from __future__ import annotations

from uuid import UUID

from backend.core.catalogue import declare
from backend.core.retention import keep
from backend.core.subjects import Block, blocks, erases, exports, keeps, moves, rows
from backend.emergency.models import Device, Entry, Incident, Signal, SignalKey, SignalRetry
from backend.emergency.models.incidents import TEXT
from backend.emergency.models.signals import DETAIL, RAW
from backend.people.reveal import Places, bond

declare(
    "emergency.Device",
    """
    user          health     help  contract  account  null
    home          location   help  contract  account  null
    community     location   help  contract  account  null
    battery       behaviour  help  contract  account  null
    last_seen_at  behaviour  help  contract  account  null
    """,
    plain="serial kind protocol account",
)
declare("emergency.DeviceKey", plain="device key_id purpose secret_sealed until first_used_at")
declare(
    "emergency.Incident",
    """
    subject    health     help  emergency  account  kept:anonymous
    identity   identity   help  emergency  account  kept:anonymous
    person     health     help  emergency  account  kept:anonymous
    home       location   help  emergency  account  kept:anonymous
    device     behaviour  help  emergency  account  kept:anonymous
    community  location   help  emergency  account  kept:anonymous
    """,
    plain="number kind priority state division owner opened_at last_signal_at signal_count acknowledged_at cancelled_at "
    "resolved_at disposition policy step",
)
declare(
    "emergency.Entry",
    """
    owner_id          health   help  emergency  account  kept:anonymous
    reference_sealed  health   help  emergency  account  key
    text_sealed       health   help  emergency  account  key
    """,
    plain="incident author_id kind callee result",
    seals={"reference_sealed": (TEXT, "owner_id"), "text_sealed": (TEXT, "owner_id")},
)
declare("emergency.EscalationPolicy", plain="division kind priority at_once steps")
declare(
    "emergency.Signal",
    """
    device_id      behaviour  help  emergency  rule  lapse
    person_id      health     help  emergency  rule  lapse
    community_id   location   help  emergency  rule  lapse
    owner_id       health     help  emergency  rule  lapse
    battery        behaviour  help  emergency  rule  lapse
    raw_sealed     content    help  emergency  rule  key
    detail_sealed  location   help  emergency  rule  key
    """,
    plain="source event_id protocol kind code incident_id device_at is_authentic is_clock_skewed is_replayed",
    seals={"raw_sealed": (RAW, "owner_id"), "detail_sealed": (DETAIL, "owner_id")},
)
declare(
    "emergency.SignalKey",
    "person_id  health  help  emergency  rule  lapse",
    plain="source event_id signal_id signal_at incident_id digest repeats",
)
declare("emergency.SignalRetry", plain="signal_id signal_at incident_id done_at")

keep(Signal, 3 * 366, by="at")
keep(SignalKey, 3 * 366)
keep(SignalRetry, 180, by="done_at")


@bond
def called_from(person_id: UUID) -> list[Places]:
    """The desks that answer an open call for help of a person reach that person."""
    open_ones = Incident.objects.unresolved().filter(person_id=person_id)
    return [
        {"division": division, "community": community}
        for division, community in open_ones.values_list("division_id", "community_id")
    ]


@exports("emergency")
def exported(person_id: UUID) -> dict[str, object]:
    """The person's devices, alarms, incidents, and what was written about them."""
    return {
        "devices.json": rows(Device.objects.filter(user_id=person_id)),
        "incidents.json": rows(Incident.objects.filter(person_id=person_id).order_by("id")),
        "incident_entries.json": rows(Entry.objects.filter(owner_id=person_id).order_by("id")),
        "signals.json": rows(Signal.objects.filter(owner_id=person_id).order_by("at", "id")),
        "signal_keys.json": rows(SignalKey.objects.filter(person_id=person_id).order_by("id")),
    }


@blocks("emergency")
def blocking(person_id: UUID) -> list[Block]:
    """A call for help that somebody still answers."""
    if not Incident.objects.unresolved().filter(person_id=person_id).exists():
        return []
    return [Block("incident-open", "您有一个求助仍在处理中", "a call for help of yours is still being answered")]


@erases("emergency")
def erase(person_id: UUID) -> None:
    """Devices go back to stock; the texts go with the person's key."""
    Device.objects.filter(user_id=person_id).update(
        user=None, home=None, community=None, battery=None, last_seen_at=None
    )


@moves("emergency")
def move(enrolled: UUID, account: UUID) -> None:
    """The button goes on calling for whom wears it."""
    Device.objects.filter(user_id=enrolled).update(user_id=account)


@keeps("emergency")
def kept(person_id: UUID) -> list[str]:
    return ["anonymous"] if Incident.objects.filter(person_id=person_id).exists() else []
