"""Writing what HSDS tells beside what, where and when: facts of a service, a place, an organization, and their lists.

A fact that is not named stays; a list that is named replaces the whole list. Plain functions: call them inside a verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid
from backend.core.ids import uuid7
from backend.directory.identifiers import USCC, is_uscc
from backend.directory.models import (
    Accessibility,
    Contact,
    CostOption,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Program,
    RequiredDocument,
    Service,
    ServiceArea,
)

Facts = Mapping[str, Any]
Lists = Mapping[str, Sequence[Mapping[str, Any]]]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FACTS: dict[type[models.Model], frozenset[str]] = {
    Service: _names(
        "name name_en description description_en url email status languages eligibility eligibility_en minimum_age maximum_age "
        "application application_en fees fees_en alert alert_en program_id"
    ),
    Location: _names(
        "name name_en address address_en postal_code transportation transportation_en languages accessibility "
        "accessibility_details"
    ),
    Organization: _names("name name_en description description_en url email phone"),
}
LISTS: dict[type[models.Model], dict[str, type[models.Model]]] = {
    Service: {
        "phones": Phone,
        "contacts": Contact,
        "cost_options": CostOption,
        "required_documents": RequiredDocument,
        "service_areas": ServiceArea,
    },
    Location: {"accessibility_notes": Accessibility},
    Organization: {"phones": Phone, "contacts": Contact, "identifiers": OrganizationIdentifier, "programs": Program},
}
MOST = 50
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_URL = re.compile(r"https?://[^\s<>\"]+")
_PHONE = re.compile(r"\+?[\d ()/.-]{3,40}")
_POSTAL = re.compile(r"[0-9A-Za-z -]{3,20}")
WORDS = {
    "blank": "必填",
    "null": "必填",
    "max_length": "内容过长",
    "invalid": "格式不正确",
    "invalid_choice": "不是可用的取值",
}


def put(row: Service | Location | Organization, facts: Facts, lists: Lists) -> list[str]:
    """Write facts and lists of one row; returns the names of what was told. Raises Invalid with every fault."""
    kind = type(row)
    for name, value in facts.items():
        if name not in FACTS[kind]:
            raise KeyError(name)
        setattr(row, name, value)
    row.last_modified = now()
    drawn: list[tuple[str, list[tuple[models.Model, list[Phone]]]]] = []
    faults = [*_faults(row, "")]
    for name, items in lists.items():
        made = [_draw(LISTS[kind][name], row, item) for item in items[:MOST]]
        in_order([one for one, _ in made])
        drawn.append((name, made))
        if len(items) > MOST:
            faults.append(FieldError(f"/{name}", "too-long", f"at most {MOST}", f"最多 {MOST} 项"))
        for place, (one, phones) in enumerate(made):
            faults += _faults(one, f"/{name}/{place}")
            for number, phone in enumerate(phones):
                faults += _faults(phone, f"/{name}/{place}/phones/{number}")
    faults += _programme(row)
    if faults:
        raise Invalid(*faults)
    row.save()
    for name, made in drawn:
        getattr(row, name).all().delete()
        for one, phones in made:
            one.save(force_insert=True)
            for phone in phones:
                phone.contact_id = one.pk  # whose id was given after they were drawn
            Phone.objects.bulk_create(phones)
    return [*facts, *lists]


def touch(services: models.QuerySet[Service]) -> None:
    """Tell who mirrors the directory that these services read differently now."""
    services.update(last_modified=now())


def in_order(rows: Sequence[models.Model]) -> None:
    """Give unsaved rows ids that sort as they stand: several are made in one millisecond."""
    for row, key in zip(rows, sorted(uuid7() for _ in rows), strict=True):
        row.pk = key


def _draw(kind: type[models.Model], owner: models.Model, item: Mapping[str, Any]) -> tuple[models.Model, list[Phone]]:
    """An unsaved row of a list and the phones under it."""
    values = dict(item)
    phones = values.pop("phones", [])
    made = kind(**values, **{owner._meta.model_name or "": owner})
    below = [Phone(contact=made, **phone) for phone in phones] if isinstance(made, Contact) else []
    in_order(below)
    return made, below


def _faults(row: models.Model, pointer: str) -> Iterator[FieldError]:
    """What is wrong with one row, by its columns and by what they mean."""
    columns = row._meta.concrete_fields
    unasked = [one.name for one in columns if one.is_relation or (one.null and getattr(row, one.attname) is None)]
    try:
        row.clean_fields(exclude=unasked)
    except ValidationError as wrong:
        for name, errors in wrong.error_dict.items():
            for error in errors:
                code = error.code or "invalid"
                detail = "; ".join(error.messages) if code not in WORDS else code.replace("_", " ")
                yield FieldError(f"{pointer}/{name}", code.replace("_", "-"), detail, WORDS.get(code, "格式不正确"))
    yield from _meanings(row, pointer)


def _meanings(row: models.Model, pointer: str) -> Iterator[FieldError]:
    def wrong(name: str, code: str, detail: str, zh: str) -> FieldError:
        return FieldError(f"{pointer}/{name}", code, detail, zh)

    if any(not _LANGUAGE.fullmatch(code) for code in getattr(row, "languages", [])):
        yield wrong(
            "languages", "language-unknown", "ISO 639 codes such as zh, en, ug", "须为 ISO 639 语言代码，如 zh、en"
        )
    for name in ("url", "uri"):
        if (text := getattr(row, name, "")) and not _URL.fullmatch(text):
            yield wrong(
                name, "not-a-url", "an address that begins with https:// or http://", "须为以 http(s):// 开头的网址"
            )
    yield from _of_its_kind(row, wrong)


def _of_its_kind(row: models.Model, wrong: Callable[[str, str, str, str], FieldError]) -> Iterator[FieldError]:
    match row:
        case Phone() if not _PHONE.fullmatch(row.number):
            yield wrong("number", "phone-format", "a telephone number", "电话号码格式不正确")
        case CostOption() if not re.fullmatch(r"[A-Z]{3}", row.currency):
            yield wrong("currency", "currency-unknown", "three capital letters of ISO 4217", "须为三位货币代码，如 CNY")
        case CostOption() if row.amount is None and not row.terms:
            yield wrong("amount", "missing", "say an amount, or in words how it is set", "请填写金额，或说明如何收费")
        case ServiceArea() if row.division_id is None and not row.name:
            yield wrong("name", "missing", "name a division or say it in words", "请选择区划或填写服务范围")
        case OrganizationIdentifier() if row.scheme == USCC and not is_uscc(row.identifier):
            yield wrong(
                "identifier",
                "check-digit",
                "18 signs with a right check digit",
                "统一社会信用代码有误（18位，含校验码）",
            )
        case Location() if row.postal_code and not _POSTAL.fullmatch(row.postal_code):
            yield wrong("postal_code", "invalid", "letters and digits", "邮政编码格式不正确")
        case Location() if row.accessibility not in ("", "yes", "limited", "no"):
            yield wrong("accessibility", "invalid", "yes, limited, no or empty", "须为 yes、limited、no 或空")
        case Service() if (
            row.minimum_age is not None and row.maximum_age is not None and row.maximum_age < row.minimum_age
        ):
            yield wrong("maximum_age", "below-minimum", "not below the minimum age", "最大年龄不能小于最小年龄")
        case Organization() | Program() if not row.name.strip():
            yield wrong("name", "missing", "a name", "必填")


def _programme(row: models.Model) -> Iterator[FieldError]:
    if isinstance(row, Service) and row.program_id is not None:
        mine = (
            Program.objects.filter(id=row.program_id, organization=row.organization)
            if row.organization
            else Program.objects.none()
        )
        if not mine.exists():
            yield FieldError("/program_id", "not-its-own", "a programme of its organization", "须为其所属机构的项目")
