"""OpenStreetMap's opening hours: what is read, what it means at an instant, what is not understood."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.directory.hours import Hours, UnreadableHours, dump, load, parse, timetable
from backend.directory.models import ServiceAtLocation
from backend.directory.schedules import hours_of, rules

ZONE = "Asia/Shanghai"
BEIJING = ZoneInfo(ZONE)
MONDAY = date(2026, 11, 16)
NINE_TO_SIX = ((540, 1080),)
WORKDAYS = (NINE_TO_SIX,) * 5 + ((), ())


def week(hours: Hours, monday: date = MONDAY) -> tuple[tuple[tuple[int, int], ...], ...]:
    return tuple(hours.spans(monday + timedelta(days=day), ZONE) for day in range(7))


READ = [
    ("Mo-Fr 09:00-18:00", WORKDAYS),
    ("Mo-Fr 9-18", WORKDAYS),
    ("mo-FR 9-18", WORKDAYS),
    ("Mo-Th9-18; Fr09:00-18:00", WORKDAYS),
    ("Mo,Tu,We-Fr 09:00-18:00; PH off", WORKDAYS),
    ("09:00-18:00; Sa,Su off", WORKDAYS),
    ('Mo-Fr 09:00-18:00 || "by appointment"', WORKDAYS),
    ("Mo-Fr 09:00-12:00, 13:00-18:00", (((540, 720), (780, 1080)),) * 5 + ((), ())),
    ("Mo-Fr 09:00-18:00, Sa 10:00-16:00", (NINE_TO_SIX,) * 5 + (((600, 960),), ())),
    ("Mo-Fr 09:00-18:00 Sa 10:00-16:00", (NINE_TO_SIX,) * 5 + (((600, 960),), ())),
    ("Mo-Fr 09:00-12:00, Mo 13:00-18:00", (((540, 720), (780, 1080)),) + (((540, 720),),) * 4 + ((), ())),
    ("24/7", (((0, 1440),),) * 7),
    ("Fr-Sa 22:00-04:00", ((), (), (), (), ((1320, 1680),), ((1320, 1680),), ())),
    ("Sa-Mo 00:00-24:00", (((0, 1440),), (), (), (), (), ((0, 1440),), ((0, 1440),))),
    ("Mo-Fr 08:00-17:00; Fr 08:00-12:00", (((480, 1020),),) * 4 + (((480, 720),), (), ())),
    ("Mo-Su,PH 09:00-18:00", (NINE_TO_SIX,) * 7),
    ("Su closed", ((),) * 7),
    ("Nov Mo-Fr 9-18; Dec-Oct off", WORKDAYS),
    ("2026 Nov 1 - 2026 Nov 30: Mo-Fr 9-18", WORKDAYS),
    ("week 47 Mo-Fr 9-18", WORKDAYS),
    ("week 1-53/2 Mo-Fr 9-18", WORKDAYS),
    ("Mo-Fr 9-18; week 48 off", WORKDAYS),
]


@pytest.mark.parametrize(("text", "spans"), READ, ids=[text for text, _ in READ])
def test_the_common_grammar_is_read(text: str, spans: object) -> None:
    assert week(parse(text)) == spans


@pytest.mark.parametrize("text", [text for text, _ in READ])
def test_what_is_read_says_the_same_as_rows_and_as_text(text: str) -> None:
    compiled = dump(parse(text))
    assert dump(load(compiled)) == compiled
    assert dump(hours_of(rules(ServiceAtLocation(hours=compiled)))) == compiled


SEASONS = [
    ("Mo-Fr 10:00-18:00; Jun 06-Aug 13 Mo-Fr 11:00-19:00", "2026-06-05", ((600, 1080),)),
    ("Mo-Fr 10:00-18:00; Jun 06-Aug 13 Mo-Fr 11:00-19:00", "2026-08-13", ((660, 1140),)),
    ("Sa 10:00-16:00; Mo-Fr 07:30-18:00; 2017 Jul 1 - 2017 Aug 8 Sa off", "2017-07-08", ()),
    ("Sa 10:00-16:00; Mo-Fr 07:30-18:00; 2017 Jul 1 - 2017 Aug 8 Sa off", "2018-07-07", ((600, 960),)),
    ("Jun-Aug: Su-Sa 09:00-24:00; Sep-May: Su-Sa 09:00-18:00", "2027-01-31", ((540, 1080),)),
    ("Jun-Aug: Su-Sa 09:00-24:00; Sep-May: Su-Sa 09:00-18:00", "2027-07-31", ((540, 1440),)),
    ("24/7; Dec 24,25 off", "2026-12-25", ()),
    ("24/7; Dec 24-26 off", "2026-12-26", ()),
    ("24/7; Dec 31-Jan 2 off", "2027-01-02", ()),
    ("24/7; Dec 31-Jan 2 off", "2027-01-03", ((0, 1440),)),
    ("24/7; 2026 Feb off", "2026-02-28", ()),
    ("24/7; 2026 Dec-Jan off", "2027-01-31", ()),
    ("Su[1],Su[3] 10:00-12:00", "2026-11-15", ((600, 720),)),
    ("Su[1,3] 10:00-12:00", "2026-11-22", ()),
    ("Fr[-1] 10:00-12:00", "2026-11-27", ((600, 720),)),
    ("Mo-Su 9-18; PH 10-16", "2026-10-02", ((600, 960),)),
    ("Mo-Su 9-18; PH off; Oct 2 12:00-13:00", "2026-10-02", ((720, 780),)),
]


@pytest.mark.parametrize(("text", "day", "spans"), SEASONS, ids=[f"{text} on {day}" for text, day, _ in SEASONS])
def test_months_dates_and_places_in_the_month_are_read(text: str, day: str, spans: object) -> None:
    assert parse(text).spans(date.fromisoformat(day), ZONE) == spans


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"for request only"',
        "Mo-Fr 16:00-",
        "sunrise-sunset",
        "Mo 25:00-26:00",
        "Mo 09:70-10:00",
        "周一至周五",
        "Mo-PH 09:00-10:00",
        "Mo 09:00-18:00 lunch",
        "Mo 99:00-98:00",
        "Mo 10:00-20:00+",
        "easter off",
        "PH -1 day off",
        "Mon - Fri 11am - 11pm",
        "Feb 30 off",
        "week 54 off",
        "Su[6] 10:00-12:00",
        "Jan-Mar 08-16",
        "Mo 20:00-48:00",
        "Mo-Fr unknown",
        "2026 Feb 29 off",
    ],
)
def test_what_is_not_understood_says_so(text: str) -> None:
    with pytest.raises(UnreadableHours):
        parse(text)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("text", "at", "is_open", "opens", "closes"),
    [
        ("Mo-Fr 09:00-18:00", "2026-11-23 09:00", True, "2026-11-23 09:00", "2026-11-23 18:00"),
        ("Mo-Fr 09:00-18:00", "2026-11-23 18:00", False, "2026-11-24 09:00", "2026-11-24 18:00"),
        ("Mo-Fr 09:00-18:00", "2026-11-21 12:00", False, "2026-11-23 09:00", "2026-11-23 18:00"),
        ("Mo-Su 22:00-02:00", "2026-11-24 01:30", True, "2026-11-23 22:00", "2026-11-24 02:00"),
        ("Mo-Su 22:00-02:00", "2026-11-24 02:00", False, "2026-11-24 22:00", "2026-11-25 02:00"),
        ("24/7", "2026-11-24 02:00", True, None, None),
        ("Mo-Fr 00:00-24:00", "2026-11-25 12:00", True, "2026-11-23 00:00", "2026-11-28 00:00"),
        ("Mo-Su 09:00-18:00; PH off", "2026-10-01 10:00", False, "2026-10-08 09:00", "2026-10-08 18:00"),
        ("Mo-Su 09:00-18:00", "2026-10-01 10:00", True, "2026-10-01 09:00", "2026-10-01 18:00"),
        ("Su closed", "2026-11-24 12:00", False, None, None),
        ("Mo-Su 08:00-12:00,13:00-17:00", "2026-11-24 12:30", False, "2026-11-24 13:00", "2026-11-24 17:00"),
        ("May-Oct Mo-Su 08:00-20:00", "2026-11-24 12:30", False, "2027-05-01 08:00", "2027-05-01 20:00"),
        ("24/7; Dec 24 off", "2026-11-24 12:30", True, "2025-12-25 00:00", "2026-12-24 00:00"),
    ],
)
def test_whether_a_place_is_open(text: str, at: str, is_open: bool, opens: str | None, closes: str | None) -> None:
    kept = timetable(dump(parse(text)), "", ZONE)
    assert kept is not None
    found = kept.opening(moment(at))
    assert found.open_now is is_open
    assert found.opens_at == (moment(opens) if opens else None)
    assert found.closes_at == (moment(closes) if closes else None)


def test_hours_are_local_to_the_place() -> None:
    helsinki = timetable(dump(parse("Mo-Fr 09:00-18:00")), "", "Europe/Helsinki")
    assert helsinki is not None
    assert helsinki.opening(moment("2026-11-23 15:30")).open_now
    assert not helsinki.opening(moment("2026-11-23 14:30")).open_now


def test_school_holidays_that_nobody_knows_make_the_hours_unknown() -> None:
    assert timetable(dump(parse("Mo-Fr 09:00-18:00; SH off")), "", ZONE) is None
