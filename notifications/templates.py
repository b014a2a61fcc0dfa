"""The words of notices. Each room registers its own topics, Chinese and English, when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHINESE, ENGLISH = "zh", "en"

_texts: dict[str, dict[str, str]] = {}


class UnknownTopic(LookupError):
    """Nobody registered a template for this topic."""


def register_templates(texts: Mapping[str, Mapping[str, str]]) -> None:
    """Register `{topic: {"zh": "…{name}…", "en": "…"}}`; both languages are required. Repeatable."""
    for topic, languages in texts.items():
        missing = {CHINESE, ENGLISH} - set(languages)
        if missing:
            raise ValueError(f"the template {topic} lacks {', '.join(sorted(missing))}")
        _texts[topic] = dict(languages)


def topics() -> list[str]:
    return sorted(_texts)


def render(topic: str, params: Mapping[str, Any], language: str) -> str:
    """The text in `language` (`zh-CN`, `en`, …; Chinese when unknown). Raises UnknownTopic, KeyError for a missing parameter."""
    try:
        texts = _texts[topic]
    except KeyError:
        raise UnknownTopic(topic) from None
    return texts[ENGLISH if language.lower().startswith("en") else CHINESE].format_map(params)


def check(topic: str, params: Mapping[str, Any]) -> None:
    """Raise now, in the writer's transaction, what `render` would raise at the reader's."""
    render(topic, params, CHINESE)
    render(topic, params, ENGLISH)
