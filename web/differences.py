"""What is and what is to be, field by field, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.directory import categories
from web import texts
from web.pages import say
from web.templatetags.yike import lang


@dataclass(frozen=True)
class Difference:
    """One field in words: what it is called, what it is, what it is to be."""

    name: str
    was: str
    wanted: str


def differences(was: dict[str, Any], wanted: dict[str, Any]) -> list[Difference]:
    """The fields of a proposal or correction in their order."""
    return [
        Difference(texts.word("dirfield", name, lang()), shown(name, was.get(name)), shown(name, value))
        for name, value in wanted.items()
    ]


def shown(name: str, value: Any) -> str:
    """A field's value in the reader's words."""
    if value in (None, ""):
        return say("dir.unknown")
    if name == "place":
        return f"{value['lon']:.6f}, {value['lat']:.6f}"
    if name == "category":
        term = categories.terms().get(str(value))
        return term.name(lang()) if term else str(value)
    if name == "accessibility":
        return say(f"service.access.{value}")
    return str(value)
