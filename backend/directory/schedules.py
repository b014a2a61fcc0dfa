"""Opening hours as HSDS schedules: weekly rules in RFC 5545 words."""

from collections import defaultdict
from datetime import time

from backend.directory.hours import DAY, RFC_DAYS, Hours
from backend.directory.models import Schedule, ServiceAtLocation


def rules(at: ServiceAtLocation) -> list[Schedule]:
    """Return the (unsaved) schedules that say what `at.week` and `at.holiday` say; none when the hours are unknown."""
    if at.week is None:
        return []
    hours = Hours.of(at.week, at.holiday)
    days: dict[tuple[int, int], list[str]] = defaultdict(list)
    for number, spans in enumerate(hours.week):
        for span in spans:
            days[span].append(RFC_DAYS[number])
    found = [
        Schedule(service_at_location=at, byday=",".join(names), opens_at=_time(opens), closes_at=_time(closes))
        for (opens, closes), names in days.items()
    ]
    if hours.holiday is not None:
        found += [
            Schedule(service_at_location=at, on_holidays=True, opens_at=_time(opens), closes_at=_time(closes))
            for opens, closes in hours.holiday
        ] or [Schedule(service_at_location=at, on_holidays=True)]
    return found


def _time(minute: int) -> time:
    return time(minute % DAY // 60, minute % 60)
