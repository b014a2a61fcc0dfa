"""Printed once: a booklet is drawn when its data has changed since it was drawn last, and kept in the file storage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backend.community.models import Division
from backend.directory.booklet import contents as reading
from backend.directory.booklet import layout, plan
from backend.directory.models import Network

LAYOUT = 3
"""Raised when the pages look different for the same data."""


@dataclass(frozen=True)
class Booklet:
    """A booklet that need not be drawn yet: `digest` names exactly these pages."""

    digest: str
    pdf: Callable[[], bytes]


def booklet(community: Division, *, language: str, is_large: bool) -> Booklet:
    """The booklet of a community in `zh…` or `en…`, in plain or large type."""
    contents = reading.of(community, language)
    streets = list(Network.objects.filter(zone=contents.zone).order_by("id").values_list("id", "version"))
    told = repr((LAYOUT, contents, streets, is_large)).encode()
    digest = hashlib.sha256(told).hexdigest()[:32]
    shelf = f"booklets/{community.id}/{contents.language[:2]}-{'large' if is_large else 'plain'}"

    def pdf() -> bytes:
        name = f"{shelf}/{digest}.pdf"
        if default_storage.exists(name):
            with default_storage.open(name) as file:
                kept: bytes = file.read()
            return kept
        drawn = layout.draw(contents, plan.ground(contents), is_large=is_large)
        _forget(shelf)
        default_storage.save(name, ContentFile(drawn))
        return drawn

    return Booklet(digest, pdf)


def _forget(shelf: str) -> None:
    """Delete what was drawn before of the same booklet."""
    try:
        _, names = default_storage.listdir(shelf)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{shelf}/{name}")
