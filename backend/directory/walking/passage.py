"""What the tags of ways, of what stands on them, and of doors mean for somebody on foot or in a wheelchair.

Effort is metres of easy walking. On foot every metre counts once, steps 1.8 times (the contract of the circle). In a wheelchair a
metre counts 1.2 times: at the standard pace of 4/3 m/s that is 4 km/h, what routers for wheelchairs assume on smooth ground
(OpenRouteService, `wheelchair`); rough ground, a ramp beside steps or a climb above 6 % count 1.8 times. Wheels do not pass steps
without a ramp, escalators, `wheelchair=no`, sand or mud, climbs above 10 %, ways under 0.8 m, raised kerbs, stiles and turnstiles.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

Tags = Mapping[str, str]

WHEELS = 1.2
HARD = 1.8
NEVER = math.inf

_YES = ("yes", "designated", "permissive", "public", "limited")
_KEYS_ONLY = ("private", "customers", "permit", "residents", "delivery", "employees", "key")
_ROUGH = frozenset(
    [
        "cobblestone",
        "unhewn_cobblestone",
        "pebblestone",
        "unpaved",
        "gravel",
        "fine_gravel",
        "dirt",
        "earth",
        "ground",
        "grass",
        "grass_paver",
        "woodchips",
        "rock",
    ]
)
_IMPASSABLE = frozenset(["sand", "mud", "snow", "ice", "stepping_stones"])
_UNEVEN = frozenset({"bad"})
_BROKEN = frozenset(["very_bad", "horrible", "very_horrible", "impassable"])
_WALLS = frozenset(
    [
        "wall",
        "fence",
        "hedge",
        "city_wall",
        "retaining_wall",
        "guard_rail",
        "cable_barrier",
        "ditch",
        "debris",
        "handrail",
    ]
)
_NOT_ON_WHEELS = frozenset(
    [
        "stile",
        "horse_stile",
        "turnstile",
        "full-height_turnstile",
        "kissing_gate",
        "cycle_barrier",
        "motorcycle_barrier",
        "cattle_grid",
        "step",
        "log",
    ]
)
_WIDTH = 0.8
_CONDITION = re.compile(r"\s*(?P<value>[\w:=-]+)\s*@\s*\(?(?P<when>[^()]+)\)?\s*")


@dataclass(frozen=True)
class Gate:
    """A gate that is not always open to all: `access` open, private or no; open in `hours`, closed in `shut` (blank: no rule)."""

    access: str = "open"
    hours: str = ""
    shut: str = ""


@dataclass(frozen=True)
class Barrier:
    """What stands on a way: whether one passes it on foot and on wheels, and the gate's rules, if it has any."""

    foot: bool = True
    wheels: bool = True
    gate: Gate | None = None

    @property
    def is_nothing(self) -> bool:
        return self.foot and self.wheels and self.gate is None


def wheels(tags: Tags) -> float:
    """Return the effort of a metre of a walkable way in a wheelchair, `NEVER` if it cannot be passed."""
    invited = tags.get("wheelchair") in ("yes", "designated")
    if tags.get("wheelchair") == "no" or tags.get("conveying", "no") != "no" or "sac_scale" in tags:
        return NEVER
    if tags.get("highway") == "steps":
        return HARD if invited or tags.get("wheelchair") == "limited" or tags.get("ramp:wheelchair") == "yes" else NEVER
    width, climb = _number(tags.get("width")), _number(tags.get("incline"))
    if not invited:
        if tags.get("surface") in _IMPASSABLE or tags.get("smoothness") in _BROKEN:
            return NEVER
        if (width is not None and width < _WIDTH) or (climb is not None and abs(climb) > 10):
            return NEVER
    is_rough = tags.get("surface") in _ROUGH or tags.get("smoothness") in _UNEVEN
    is_rough |= tags.get("highway") == "track" and "surface" not in tags
    is_steep = climb is not None and abs(climb) > 6
    return HARD if tags.get("wheelchair") == "limited" or (not invited and (is_rough or is_steep)) else WHEELS


def barrier(tags: Tags) -> Barrier:
    """Return what a node with these tags is for somebody who comes along the way it stands on."""
    kind, access = tags.get("barrier", ""), tags.get("foot") or tags.get("access", "")
    on_wheels = tags.get("wheelchair", "")
    if kind in _WALLS and access not in _YES:
        return Barrier(foot=False, wheels=False)
    width = _number(tags.get("maxwidth:physical") or tags.get("width"))
    rolls = on_wheels != "no" and not (
        on_wheels not in _YES
        and (kind in _NOT_ON_WHEELS or _is_raised(tags) or (bool(kind) and width is not None and width < _WIDTH))
    )
    return Barrier(wheels=rolls, gate=_gate(tags, access) if kind else None)


def _gate(tags: Tags, access: str) -> Gate | None:
    rules = [tags.get("foot:conditional", ""), tags.get("access:conditional", "")]
    if access.startswith("conditional="):  # a way of writing it that mappers use
        rules.append(access.removeprefix("conditional="))
    hours, shut = tags.get("opening_hours", ""), ""
    for rule in filter(None, (_CONDITION.fullmatch(text.split(";")[0]) for text in rules)):
        if rule["value"] in ("no", "private"):
            shut = rule["when"].strip()
        else:
            hours = rule["when"].strip()
    state = "no" if access == "no" else "private" if access in _KEYS_ONLY or tags.get("locked") == "yes" else "open"
    gate = Gate("open" if hours or shut else state, hours[:255], shut[:255])
    return None if gate == Gate() else gate


def _is_raised(tags: Tags) -> bool:
    kerb = tags.get("kerb") or ("raised" if tags.get("barrier") == "kerb" else "")
    return kerb in ("raised", "yes")


def _number(text: str | None) -> float | None:
    found = re.match(r"\s*-?\d+(?:[.,]\d+)?", text or "")
    return float(found[0].replace(",", ".")) if found else None
