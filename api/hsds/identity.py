"""Ids of what HSDS wants an id for and we keep no row of its own: the same thing has the same UUID every time."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

_OURS = uuid5(NAMESPACE_URL, "tag:yike,2026:hsds")


def made(kind: str, *parts: object) -> str:
    """The id of an address, a language, a dated opening … named by what it belongs to."""
    return str(uuid5(_OURS, ":".join([kind, *map(str, parts)])))


def is_uuid(text: str) -> bool:
    """Whether this is a UUID in its usual form of 36 signs."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
