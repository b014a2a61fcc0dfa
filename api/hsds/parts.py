"""The small things of HSDS 3.1: phones, languages, contacts, costs, areas, programs, identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from api.hsds.identity import made
from backend.directory.models import (
    Contact,
    CostOption,
    OrganizationIdentifier,
    Phone,
    Program,
    ServiceArea,
)
from backend.directory.wording import language_name

Thing = dict[str, Any]
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def uri(text: str) -> str:
    """The text if it is a URI as RFC 3986 has it, else nothing: what came from outside may hold anything."""
    return text if _URI.fullmatch(text) else ""


def told(found: Thing) -> Thing:
    """Without what is empty or unknown."""
    return {name: value for name, value in found.items() if value is not None and value != "" and value != []}


def pick(row: Any, name: str, language: str) -> str:
    """A text of the row in the reader's language, else in Chinese."""
    text = (getattr(row, f"{name}_en") if language == "en" else "") or getattr(row, name)
    return str(text)


def other(row: Any, shown: str) -> str:
    """The other name of a row."""
    return next((name for name in (row.name_en, row.name) if name and name != shown), "")


def phone(row: Phone, owner: str, language: str) -> Thing:
    return told(
        {
            "id": str(row.id),
            f"{owner}_id": str(getattr(row, f"{owner}_id")),
            "number": row.number,
            "extension": row.extension,
            "type": row.kind,
            "description": pick(row, "description", language),
            "languages": languages(row.languages, "phone", row.id, language),
        }
    )


def plain_phone(number: str, owner: str, owner_id: object) -> list[Thing]:
    """The one number that a row holds itself."""
    if not number:
        return []
    return [
        {
            "id": made("phone", owner, owner_id),
            f"{owner}_id": str(owner_id),
            "number": number,
            "type": "voice",
        }
    ]


def languages(codes: Iterable[str], owner: str, owner_id: object, language: str) -> list[Thing]:
    return [
        {
            "id": made("language", owner, owner_id, code),
            f"{owner}_id": str(owner_id),
            "name": language_name(code, language),
            "code": code,
        }
        for code in codes
    ]


def contact(row: Contact, owner: str, language: str) -> Thing:
    return told(
        {
            "id": str(row.id),
            f"{owner}_id": str(getattr(row, f"{owner}_id")),
            "title": pick(row, "title", language),
            "department": row.department,
            "email": row.email,
            "phones": [phone(one, "contact", language) for one in row.phones.all()],
        }
    )


def cost(row: CostOption, language: str) -> Thing:
    return told(
        {
            "id": str(row.id),
            "service_id": str(row.service_id),
            "option": pick(row, "option", language),
            "currency": row.currency,
            "amount": None if row.amount is None else row.amount / 100,
            "amount_description": pick(row, "terms", language),
            "valid_from": row.valid_from and row.valid_from.isoformat(),
            "valid_to": row.valid_to and row.valid_to.isoformat(),
        }
    )


def area(row: ServiceArea, language: str) -> Thing:
    division = row.division
    name = pick(row, "name", language) or (division.label(language) if division else "")
    code = f"urn:cn:division:{division.code}" if division else ""
    return told(
        {
            "id": str(row.id),
            "service_id": str(row.service_id),
            "name": name,
            "uri": code,
        }
    )


def program(row: Program, language: str) -> Thing:
    name = pick(row, "name", language)
    return told(
        {
            "id": str(row.id),
            "organization_id": str(row.organization_id),
            "name": name,
            "alternate_name": other(row, name),
            "description": pick(row, "description", language) or name,
        }
    ) | {"description": pick(row, "description", language) or name}


def identifier(row: OrganizationIdentifier) -> Thing:
    return {
        "id": str(row.id),
        "organization_id": str(row.organization_id),
        "identifier_scheme": row.scheme,
        "identifier_type": row.kind,
        "identifier": row.identifier,
    }
