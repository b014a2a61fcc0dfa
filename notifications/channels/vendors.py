"""What an adapter for a further push vendor or for template messages must be. None of `registry.SEAMS` has one built in.

Xiaomi, OPPO, vivo and JPush: a `Provider` whose letters' `to` is the vendor's registration id, made known by
`registry.use("xiaomi", [adapter])`. Until then their tokens are refused (`not-configured`) and nothing is queued for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from notifications.channels import Letter, Provider


@dataclass(frozen=True)
class TemplateMessage:
    """A message of a platform that takes approved templates only, as WeChat's service accounts do."""

    template: str
    fields: Mapping[str, str]
    page: str = ""


class TemplateMessenger(Provider, Protocol):
    """An adapter for a platform of template messages; a letter's `to` is the person's id at the platform (an OpenID)."""

    def message(self, letter: Letter) -> TemplateMessage | None:
        """The approved template for the letter's topic, filled; None when the topic has none there."""
        ...
