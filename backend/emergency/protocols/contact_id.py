"""Contact ID (SIA DC-05) and SIA-DCS (DC-03) event codes in the words of this room.

Inside DC-09 a Contact ID event reads `#ACCT|QXYZ GG CCC`: qualifier (1 new, 3 restore, some devices send 2, 6 still present),
event code, group, zone. A SIA-DCS event reads `#ACCT|NQA015`: `N`, two letters, zone; modifiers such as `ri1/` may come between.
"""

import re
from dataclasses import dataclass

from backend.emergency.kinds import Kind

TEST = "test"
HEARTBEAT = "heartbeat"

CONTACT_ID: dict[str, str] = {
    "100": Kind.MEDICAL,
    "101": Kind.SOS,
    "102": Kind.INACTIVITY,
    "103": Kind.FALL,
    "110": Kind.FIRE,
    "111": Kind.SMOKE,
    "118": Kind.FIRE,
    "120": Kind.SOS,
    "121": Kind.SOS,
    "122": Kind.SOS,
    "130": Kind.INTRUSION,
    "144": Kind.TECHNICAL,
    "151": Kind.GAS,
    "153": Kind.TEMPERATURE,
    "154": Kind.WATER,
    "158": Kind.TEMPERATURE,
    "159": Kind.TEMPERATURE,
    "162": Kind.CO,
    "301": Kind.TECHNICAL,
    "302": Kind.TECHNICAL,
    "305": Kind.TECHNICAL,
    "307": Kind.TECHNICAL,
    "308": Kind.TECHNICAL,
    "309": Kind.TECHNICAL,
    "311": Kind.TECHNICAL,
    "338": Kind.TECHNICAL,
    "350": Kind.TECHNICAL,
    "353": Kind.TECHNICAL,
    "354": Kind.TECHNICAL,
    "355": Kind.TECHNICAL,
    "356": Kind.TECHNICAL,
    "358": Kind.TECHNICAL,
    "380": Kind.TECHNICAL,
    "381": Kind.TECHNICAL,
    "383": Kind.TECHNICAL,
    "384": Kind.TECHNICAL,
    "391": Kind.TECHNICAL,
    "601": TEST,
    "602": HEARTBEAT,
    "603": HEARTBEAT,
    "616": Kind.TECHNICAL,
    "641": Kind.INACTIVITY,
}

SIA_DCS: dict[str, str] = {
    "MA": Kind.MEDICAL,
    "QA": Kind.SOS,
    "PA": Kind.SOS,
    "FA": Kind.FIRE,
    "GA": Kind.GAS,
    "BA": Kind.INTRUSION,
    "WA": Kind.WATER,
    "NA": Kind.INACTIVITY,
    "YT": Kind.TECHNICAL,
    "XT": Kind.TECHNICAL,
    "AT": Kind.TECHNICAL,
    "YC": Kind.TECHNICAL,
    "TA": Kind.TECHNICAL,
    "YX": Kind.TECHNICAL,
    "RP": HEARTBEAT,
    "RR": HEARTBEAT,
    "RX": TEST,
}
# Restores of the codes above: something became well again.
SIA_RESTORES = frozenset({"MR", "QR", "PR", "FR", "GR", "BR", "WR", "NS", "YR", "XR", "AR", "YK", "TR"})

_CID = re.compile(r"(?:#[0-9A-F]{3,16})?\|?(\d)(\d{3}) ([0-9A-F]{2}) ([0-9A-F]{3})", re.IGNORECASE)
_DCS = re.compile(r"(?:#[0-9A-F]{3,16})?\|[NO](?:[a-z]{2}[^/]*/)*([A-Z]{2})([0-9A-F]*)")


@dataclass(frozen=True)
class Event:
    """One event of a panel: our word for it (a Kind, `test`, `heartbeat`, or None when unknown), its code, zone, restore or new."""

    kind: str | None
    code: str
    zone: str
    is_restore: bool


def read_contact_id(text: str) -> Event | None:
    """The event in an ADM-CID data block; None when the block is not Contact ID."""
    match = _CID.search(text)
    if match is None:
        return None
    qualifier, code, _, zone = match.groups()
    return Event(CONTACT_ID.get(code), code, zone, qualifier in "23")


def read_sia_dcs(text: str) -> Event | None:
    """The event in a SIA-DCS data block; None when the block holds no event."""
    match = _DCS.search(text)
    if match is None:
        return None
    code, zone = match.groups()
    return Event(SIA_DCS.get(code), code, zone, code in SIA_RESTORES)
