"""What OpenStreetMap says of walking on: which ways, what stands on them (gates, kerbs, lifts), where buildings are entered."""

from collections.abc import Mapping
from dataclasses import dataclass

_WALKED = frozenset(
    {"footway", "path", "pedestrian", "steps", "living_street", "residential", "service", "unclassified", "tertiary"}
    | {"secondary", "primary", "track", "cycleway", "corridor", "platform", "road"}
)
_CLOSED = ("no", "private")
_INVITED = ("yes", "designated", "permissive")
_ACCESS = ("access", "foot", "wheelchair", "opening_hours", "access:conditional", "foot:conditional", "level", "width")
_WAY = (
    "highway", *_ACCESS, "ramp", "ramp:wheelchair", "ramp:stroller", "conveying", "incline", "surface", "smoothness",
    "step_count", "handrail", "tunnel", "bridge",
)  # fmt: skip
_NODE = (
    "barrier", "kerb", "entrance", "highway", *_ACCESS, "maxwidth:physical", "locked", "automatic_door", "door",
    "crossing", "ref", "addr:unit", "name",
)  # fmt: skip

NODE_KEYS = ("barrier", "kerb", "entrance")
"""Keys that make a node worth knowing for walking; `highway=elevator` does so too."""


@dataclass(frozen=True)
class Entrance:
    """A door of a building: its node, WGS-84 degrees, the building's way (None: on no outline that the file has).

    `kind` is the tag's value (`yes`, `main`, `staircase`, `service`, …); `tags` are those of the node that matter for walking.
    """

    node: int
    lon: float
    lat: float
    building: int | None
    kind: str
    tags: Mapping[str, str]


def is_walkable(tags: Mapping[str, str]) -> bool:
    """Say whether a person may walk on a way: its kind, and `foot` and `access` (an invitation on foot beats a ban)."""
    foot = tags.get("foot")
    if tags.get("highway") not in _WALKED or foot in _CLOSED:
        return False
    return foot in _INVITED or tags.get("access") not in _CLOSED


def of_way(tags: Mapping[str, str]) -> dict[str, str]:
    """Return those of a way's tags that matter for walking on it."""
    return {key: tags[key] for key in _WAY if key in tags}


def of_node(tags: Mapping[str, str]) -> dict[str, str]:
    """Return those of a node's tags that matter for walking past or through it; empty if nothing stands there."""
    if not any(key in tags for key in NODE_KEYS) and tags.get("highway") != "elevator":
        return {}
    return {key: tags[key] for key in _NODE if key in tags}
