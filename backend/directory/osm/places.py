"""One OpenStreetMap object as a service: its tags read, cleaned, and what was wrong with them told."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

from backend.directory import categories
from backend.directory.hours import UnreadableHours, parse
from backend.directory.places import Place

_PHONE = re.compile(r"\+?[\d ()/.-]{5,30}(?:(?:ext|x|转)\.? ?\d{1,6})?")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(/.*)?")
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def read(external_id: str, tags: Mapping[str, str], lon: float, lat: float, problems: Counter[str]) -> Place | None:
    """Return the service that these tags describe, None if they describe none; problems are counted by kind."""
    category = categories.of_osm(tags)
    if category is None:
        return None
    hours_text = _text(tags.get("opening_hours"), 500, problems)
    hours = None
    if hours_text:
        try:
            hours = parse(hours_text)
        except UnreadableHours:
            problems["opening hours kept as text"] += 1
    wheelchair = tags.get("wheelchair", "")
    return Place(
        external_id=external_id,
        category=category,
        lon=lon,
        lat=lat,
        name=_text(tags.get("name") or tags.get("brand") or tags.get("operator"), 200, problems),
        name_en=_text(tags.get("name:en"), 200, problems),
        operator=_text(tags.get("operator") or tags.get("brand"), 200, problems),
        phone=_phone(tags.get("phone") or tags.get("contact:phone"), problems),
        url=_url(tags.get("website") or tags.get("contact:website"), problems),
        address=_address(tags, problems),
        postal_code=_text(tags.get("addr:postcode"), 20, problems),
        accessibility={"yes": "yes", "designated": "yes", "limited": "limited", "no": "no"}.get(wheelchair, ""),
        hours_text=hours_text,
        hours=hours,
    )


def _text(value: str | None, longest: int, problems: Counter[str]) -> str:
    if not value:
        return ""
    clean = "".join(" " if unicodedata.category(c) in _UNPRINTABLE else c for c in unicodedata.normalize("NFC", value))
    clean = " ".join(clean.split())
    if len(clean) > longest:
        problems["text cut short"] += 1
    return clean[:longest]


def _phone(value: str | None, problems: Counter[str]) -> str:
    first = _text((value or "").split(";")[0], 200, problems)
    if first and not _PHONE.fullmatch(first):
        problems["phone left out"] += 1
        return ""
    return first


def _url(value: str | None, problems: Counter[str]) -> str:
    url = _text((value or "").split(";")[0], 500, problems)
    if not url:
        return ""
    if _HOST.fullmatch(url):
        url = "http://" + url
    if not url.startswith(("http://", "https://")) or " " in url:
        problems["web address left out"] += 1
        return ""
    return url


def _address(tags: Mapping[str, str], problems: Counter[str]) -> str:
    full = tags.get("addr:full")
    if not full:
        street = tags.get("addr:street") or tags.get("addr:place") or ""
        full = f"{street} {tags.get('addr:housenumber', '')}"
    return _text(full, 200, problems)
