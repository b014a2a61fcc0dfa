"""Writing single fields of a kept service as an officer decided: checked, written where they differ, settled against the source."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.core.clock import now
from backend.core.errors import FieldError, Invalid, NotFound
from backend.directory import keeping, settling
from backend.directory.hours import dump, parse
from backend.directory.intake import fields
from backend.directory.intake.fields import Fault
from backend.directory.models import Schedule, ServiceAtLocation, Status
from backend.directory.schedules import rules
from backend.directory.zones import Zones

ON_SERVICE = ("name", "name_en", "description", "description_en", "url", "fees", "fees_en")
ON_LOCATION = ("address", "address_en", "accessibility")
FIELDS = (*ON_SERVICE, *ON_LOCATION, "phone", "hours", "place")
"""What a member may propose and an officer correct; `place` is {lon, lat} in WGS-84, `hours` OpenStreetMap's grammar."""

_SEARCHED = {"name", "name_en", "address", "address_en"}


def at_of(service_id: UUID, *, lock: bool = False) -> ServiceAtLocation:
    """The service at its (first) place. Raises NotFound, also for what has ended."""
    rows = ServiceAtLocation.objects.select_related("service__category", "service__organization", "location")
    if lock:
        rows = rows.select_for_update(of=("self", "service", "location"))
    found = rows.filter(service_id=service_id).order_by("id").first()
    if found is None or found.service.status == Status.DEFUNCT:
        raise NotFound
    return found


def values_of(at: ServiceAtLocation, names: Mapping[str, Any] | tuple[str, ...] = FIELDS) -> dict[str, Any]:
    """What is kept of these fields now."""
    return {name: _value(at, name) for name in names}


def _value(at: ServiceAtLocation, name: str) -> Any:
    if name == "place":
        return {"lon": at.location.lon, "lat": at.location.lat}
    if name == "hours":
        return at.hours_text
    if name == "phone":
        return at.phone
    return getattr(at.service if name in ON_SERVICE else at.location, name)


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check values as people give them: `place` is {lon, lat, crs}, hours may be plain. Raises Invalid with every fault."""
    read_ones: dict[str, Any] = {}
    wrong: list[FieldError] = []
    for name, value in given.items():
        if name not in FIELDS:
            wrong.append(FieldError(f"/{name}", "unknown-field", "this cannot be changed so", "不能这样修改此项"))
            continue
        try:
            read_ones[name] = _read(name, value)
        except Fault as fault:
            wrong += fault.refusal().errors
    if wrong:
        raise Invalid(*wrong)
    if not read_ones:
        raise nothing_new()
    return read_ones


def nothing_new() -> Invalid:
    """Nothing is to be changed."""
    return Invalid(FieldError("", "required", "say what is to be changed", "请填写要修改的内容"))


def _read(name: str, value: Any) -> Any:
    match name:
        case "place":
            lon, lat = fields.position(
                str(value.get("lon", "")), str(value.get("lat", "")), str(value.get("crs") or "")
            )
            return {"lon": lon, "lat": lat}
        case "hours":
            return fields.hours(str(value))[0]
        case "phone":
            return fields.phone(str(value))
        case "url":
            return fields.url(str(value))
        case "accessibility":
            return fields.accessibility(str(value))
    return fields.words(name, str(value), required=name == "name")


def write(at: ServiceAtLocation, values: Mapping[str, Any]) -> list[str]:
    """Write these (read) values into the locked rows; returns the fields that differed (inside a verb)."""
    changed = [name for name, value in values.items() if _value(at, name) != value]
    if not changed:
        return []
    settling.settle(at.service, **{name: settling.said(at, name) for name in changed})
    columns: dict[Any, set[str]] = {at.service: set(), at.location: set(), at: set()}
    for name in changed:
        row, names = _put(at, name, values[name])
        columns[row] |= names
    moment = now()
    at.service.last_modified = moment
    at.service.save(update_fields=["last_modified", *columns[at.service]])
    if columns[at.location]:
        at.location.last_modified = moment
        at.location.save(update_fields=["last_modified", *columns[at.location]])
    if _SEARCHED & set(changed):
        at.search = keeping.words_of(at)
        columns[at].add("search")
    if columns[at]:
        at.save(update_fields=sorted(columns[at]))
    if "hours" in changed:
        Schedule.objects.filter(service_at_location=at).delete()
        Schedule.objects.bulk_create(rules(at))
    return changed


def _put(at: ServiceAtLocation, name: str, value: Any) -> tuple[Any, set[str]]:
    """Set the columns of one field; returns the row and their names."""
    if name == "place":
        at.location.place(value["lon"], value["lat"], Zones(at.service.area).of(value["lon"], value["lat"]))
        return at.location, {"lon", "lat", "zone", "easting", "northing"}
    if name == "hours":
        at.hours_text, at.hours, at.make_up_day = value, dump(parse(value)) if value else None, ""
        return at, {"hours_text", "hours", "make_up_day"}
    row: Any = at if name == "phone" else at.service if name in ON_SERVICE else at.location
    setattr(row, name, value)
    return row, {name}


def close(at: ServiceAtLocation) -> None:
    """The service is no more, whatever its source goes on to say (inside a verb)."""
    settling.settle(at.service, status=settling.TOLD)
    at.service.status, at.service.last_modified, at.service.doubted_at = Status.DEFUNCT, now(), None
    at.service.save(update_fields=["status", "last_modified", "doubted_at"])
