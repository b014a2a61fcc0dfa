"""The words of notices. Each room registers its own topics, Chinese and English, when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

CHINESE, ENGLISH, PLAIN = "zh", "en", "-plain"

_texts: dict[str, dict[str, str]] = {}


class UnknownTopic(LookupError):
    """Nobody registered a template for this topic."""


def register_templates(texts: Mapping[str, Mapping[str, str]]) -> None:
    """Register `{topic: {"zh": "…{name}…", "en": "…"}}`; both languages are required. Repeatable.

    `zh-plain`, `en-plain`: shorter words for readers of the elder mode, optional.
    """
    for topic, languages in texts.items():
        missing = {CHINESE, ENGLISH} - set(languages)
        if missing:
            raise ValueError(f"the template {topic} lacks {', '.join(sorted(missing))}")
        _texts[topic] = dict(languages)


def topics() -> list[str]:
    return sorted(_texts)


def texts_of(topic: str) -> dict[str, str]:
    """The templates of a topic: `zh`, `en`, and `zh-plain`, `en-plain` where there are any. Raises UnknownTopic."""
    if topic not in _texts:
        raise UnknownTopic(topic)
    return dict(_texts[topic])


def blanks_of(topic: str) -> list[str]:
    """The names of the parameters that the topic's templates ask for."""
    parsed = (Formatter().parse(text) for text in texts_of(topic).values())
    return sorted({name for parts in parsed for _, name, _, _ in parts if name})


def render(topic: str, params: Mapping[str, Any], language: str, *, plain: bool = False) -> str:
    """The text in `language` (`zh-CN`, `en`, …; Chinese when unknown), in plain words where there are any and they are wanted.

    Raises UnknownTopic, KeyError for a missing parameter.
    """
    try:
        texts = _texts[topic]
    except KeyError:
        raise UnknownTopic(topic) from None
    spoken = ENGLISH if language.lower().startswith("en") else CHINESE
    chosen = texts.get(f"{spoken}{PLAIN}") if plain else None
    return (chosen or texts[spoken]).format_map(params)


def check(topic: str, params: Mapping[str, Any]) -> None:
    """Raise now, in the writer's transaction, what `render` would raise at the reader's."""
    for language in (CHINESE, ENGLISH):
        render(topic, params, language)
        render(topic, params, language, plain=True)
