"""Locations as HSDS objects: every physical or postal one has an address, and every address a postal code.

What nobody has told is said so: `000000`, which no Chinese address has, for an unknown postal code; the community, else the
position, for an unknown street (see the profile page).
"""

from __future__ import annotations

from typing import Any

from api.hsds.identity import made
from backend.directory.models import Location
from backend.directory.wording import language_name

UNKNOWN_POSTAL_CODE = "000000"
CITIES = {
    "Asia/Shanghai": (("北京市", "Beijing"), ("北京市", "Beijing"), "CN"),
    "Europe/Helsinki": (("Helsinki", "Helsinki"), ("Uusimaa", "Uusimaa"), "FI"),
}
"""Clock of a place → city, province (in Chinese and English), country. The district is Beijing's; Helsinki is the test's."""
UNKNOWN_COUNTRY = "ZZ"
ACCESS = {
    "yes": ("无障碍", "wheelchair accessible"),
    "limited": ("部分无障碍", "partly wheelchair accessible"),
    "no": ("无障碍设施不足", "not wheelchair accessible"),
}


def location(row: Location, language: str) -> dict[str, Any]:
    """The one-to-one fields of a location. A virtual one has no position, only its address on the web."""
    in_english = language == "en"
    name = (in_english and row.name_en) or row.name
    other = row.name if name == row.name_en else row.name_en
    found: dict[str, Any] = {
        "id": str(row.id),
        "location_type": row.kind,
        "name": name,
        "alternate_name": other if other != name else "",
        "transportation": (in_english and row.transportation_en) or row.transportation,
        "url": row.url if row.url.isascii() and row.url.startswith(("https://", "http://")) else "",
    }
    if row.kind != Location.Kind.VIRTUAL:
        found |= {"latitude": row.lat, "longitude": row.lon}
    if row.external_id:
        found |= {
            "external_identifier": row.external_id,
            "external_identifier_type": row.source,
        }
    return {key: value for key, value in found.items() if value not in ("", None)}


def location_within(row: Location, language: str) -> dict[str, Any]:
    """A location with its address, languages and access."""
    found = location(row, language)
    if row.kind != Location.Kind.VIRTUAL:
        found["addresses"] = [address(row, language)]
    if row.languages:
        found["languages"] = [
            {
                "id": made("language", "location", row.id, code),
                "location_id": str(row.id),
                "name": language_name(code, language),
                "code": code,
            }
            for code in row.languages
        ]
    if access := _access(row, language):
        found["accessibility"] = access
    return found


def address(row: Location, language: str) -> dict[str, Any]:
    """The address; see the module for what stands where nobody told it."""
    in_english = language == "en"
    (city, city_en), (state, state_en), country = CITIES.get(row.timezone) or _elsewhere(row.timezone)
    community = row.community
    street = (in_english and row.address_en) or row.address or (community.label(language) if community else "")
    found = {
        "id": made("address", row.id),
        "location_id": str(row.id),
        "address_1": street or f"{row.lat:.5f}, {row.lon:.5f} (WGS-84)",
        "city": city_en if in_english else city,
        "state_province": state_en if in_english else state,
        "postal_code": row.postal_code or UNKNOWN_POSTAL_CODE,
        "country": country,
        "address_type": row.kind,
    }
    if community is not None:
        found["region"] = community.upwards()[-1].label(language)
    return found


def _elsewhere(timezone: str) -> tuple[tuple[str, str], tuple[str, str], str]:
    city = timezone.rpartition("/")[2].replace("_", " ")
    return (city, city), (city, city), UNKNOWN_COUNTRY


def _access(row: Location, language: str) -> list[dict[str, Any]]:
    found = []
    if words := ACCESS.get(row.accessibility):
        whole = {
            "id": made("access", row.id),
            "location_id": str(row.id),
            "description": words[language == "en"],
        }
        found.append(whole | ({"details": row.accessibility_details} if row.accessibility_details else {}))
    for note in row.accessibility_notes.all():
        in_english = language == "en"
        told = {
            "id": str(note.id),
            "location_id": str(row.id),
            "description": (in_english and note.description_en) or note.description,
            "details": (in_english and note.details_en) or note.details,
            "url": note.url if note.url.isascii() else "",
        }
        found.append({key: value for key, value in told.items() if value})
    return found
