"""The guide of public services and the life events: kept from one document, read by anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NoReturn
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from backend.community.models import Division
from backend.core.errors import FieldError, Invalid, NotFound
from backend.core.verb import record, verb
from backend.directory.models import GuideItem, LifeEvent, LifeStep, Service, TaxonomyTerm
from backend.people.actor import Actor
from backend.people.roles import Can

ITEM = frozenset(
    f"{name}{tail}"
    for name in ("name", "summary", "eligibility", "documents", "steps", "window", "hours", "fee")
    for tail in ("", "_en")
) | {"phone", "booking_url", "official_url", "is_assistance", "checked_on"}
STEP = frozenset(["name", "name_en", "note", "note_en"])
EVENT = frozenset(["name", "name_en", "summary", "summary_en"])


def items(
    *, category: str = "", assistance: bool | None = None, community_id: UUID | None = None
) -> QuerySet[GuideItem]:
    """What holds now; with a community, the matters of the district, its subdistrict and itself."""
    found = GuideItem.objects.filter(is_current=True).select_related("category", "division", "service")
    if category:
        found = found.filter(category__code=category)
    if assistance is not None:
        found = found.filter(is_assistance=assistance)
    if community_id is not None:
        line = Division.objects.filter(id=community_id).select_related("parent__parent").first()
        above = [division.id for division in line.upwards()] if line else []
        found = found.filter(Q(division__isnull=True) | Q(division__in=above))
    return found


def item(code: str) -> GuideItem:
    """One matter. Raises NotFound."""
    found = items().filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def events() -> QuerySet[LifeEvent]:
    """The life events with their present steps."""
    steps = LifeStep.objects.filter(is_current=True).select_related("guide_item", "category")
    return LifeEvent.objects.filter(is_current=True).prefetch_related(Prefetch("steps", steps, to_attr="present"))


@verb("directory.guide-kept")
def keep(
    actor: Actor, *, matters: Sequence[Mapping[str, Any]], life: Sequence[Mapping[str, Any]], source: str
) -> dict[str, int]:
    """Make the guide of a source what these say; what it does not tell any more is retired, never deleted. Repeatable.

    Raises Invalid with a pointer to what names an unknown category, division, service or matter, or differs in its languages.
    """
    actor.require(Can.DIRECTORY_IMPORT)
    kept = [_matter(place, matter, source).code for place, matter in enumerate(matters)]
    GuideItem.objects.filter(source=source).exclude(code__in=kept).update(is_current=False)
    for place, told in enumerate(life):
        _event(place, told)
    record("directory.guide-kept", about=None, matters=len(kept), events=len(life), source=source)
    return {"matters": len(kept), "events": len(life)}


def _matter(place: int, told: Mapping[str, Any], source: str) -> GuideItem:
    pointer = f"/matters/{place}"
    values = {name: told[name] for name in ITEM & told.keys()} | {
        "source": source,
        "is_current": True,
        "position": place,
    }
    if isinstance(values.get("checked_on"), str):
        values["checked_on"] = date.fromisoformat(values["checked_on"])
    for name in ("documents", "steps"):
        if len(told.get(name, [])) != len(told.get(f"{name}_en", [])):
            _wrong(f"{pointer}/{name}", "one line for each language", "中英文须逐条对应")
    values["category"] = _category(told["category"], f"{pointer}/category")
    values["division"] = _division(told.get("division", ""), f"{pointer}/division")
    values["service"] = _service(told.get("service", ""), f"{pointer}/service")
    row, _ = GuideItem.objects.update_or_create(code=told["code"], defaults=values)
    return row


def _event(place: int, told: Mapping[str, Any]) -> None:
    values = {name: told[name] for name in EVENT & told.keys()}
    event, _ = LifeEvent.objects.update_or_create(
        code=told["code"], defaults=values | {"position": place, "is_current": True}
    )
    codes = [step["code"] for step in told["steps"]]
    event.steps.exclude(code__in=codes).update(is_current=False)
    for number, step in enumerate(told["steps"]):
        pointer = f"/life/{place}/steps/{number}"
        named = step.get("matter", "")
        matter = GuideItem.objects.filter(code=named, is_current=True).first() if named else None
        if named and matter is None:
            _wrong(f"{pointer}/matter", f"no matter {named}", f"办事指南中没有 {named}")
        kind = _category(step["category"], f"{pointer}/category") if "category" in step else None
        own = {name: step[name] for name in STEP & step.keys()}
        if matter is not None:
            own = {"name": matter.name, "name_en": matter.name_en} | own
        LifeStep.objects.update_or_create(
            event=event,
            code=step["code"],
            defaults=own | {"guide_item": matter, "category": kind, "position": number, "is_current": True},
        )


def _category(code: str, pointer: str) -> TaxonomyTerm:
    found = TaxonomyTerm.objects.filter(code=code).first()
    if found is None:
        _wrong(pointer, f"no category {code}", f"没有类别 {code}")
    return found


def _division(code: str, pointer: str) -> Division | None:
    found = Division.objects.filter(code=code).first() if code else None
    if code and found is None:
        _wrong(pointer, f"no division {code}", f"没有区划 {code}")
    return found


def _service(external_id: str, pointer: str) -> Service | None:
    found = Service.objects.filter(external_id=external_id).first() if external_id else None
    if external_id and found is None:
        _wrong(pointer, f"no service {external_id}", f"没有服务 {external_id}")
    return found


def _wrong(pointer: str, detail: str, zh: str) -> NoReturn:
    raise Invalid(FieldError(pointer, "unknown", detail, zh))
