"""Opening hours: what is read, what it means at an instant."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from backend.directory.hours import Hours, UnreadableHours, opening, parse

BEIJING = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = ((540, 1080),)
WORKDAYS = (NINE_TO_SIX,) * 5 + ((), ())


@pytest.mark.parametrize(
    ("text", "week", "holiday"),
    [
        ("Mo-Fr 09:00-18:00", WORKDAYS, None),
        ("Mo-Fr 9-18", WORKDAYS, None),
        ("Mo,Tu,We-Fr 09:00-18:00; PH off", WORKDAYS, ()),
        ("09:00-18:00; Sa,Su off", WORKDAYS, None),
        ('Mo-Fr 09:00-18:00 || "by appointment"', WORKDAYS, None),
        ("Mo-Fr 09:00-12:00, 13:00-18:00", (((540, 720), (780, 1080)),) * 5 + ((), ()), None),
        ("Mo-Fr 09:00-18:00, Sa 10:00-16:00", (NINE_TO_SIX,) * 5 + (((600, 960),), ()), None),
        ("Mo-Fr 09:00-18:00 Sa 10:00-16:00", (NINE_TO_SIX,) * 5 + (((600, 960),), ()), None),
        ("24/7", (((0, 1440),),) * 7, None),
        ("Fr-Sa 22:00-04:00", ((), (), (), (), ((1320, 1680),), ((1320, 1680),), ()), None),
        ("Sa-Mo 00:00-24:00", (((0, 1440),), (), (), (), (), ((0, 1440),), ((0, 1440),)), None),
        ("Mo-Fr 08:00-17:00; Fr 08:00-12:00", (((480, 1020),),) * 4 + (((480, 720),), (), ()), None),
        ("Mo-Su,PH 09:00-18:00", (NINE_TO_SIX,) * 7, NINE_TO_SIX),
        ("Su closed", ((),) * 7, None),
    ],
)
def test_the_common_grammar_is_read(text: str, week: object, holiday: object) -> None:
    assert parse(text) == Hours(week, holiday)  # type: ignore[arg-type]
    assert Hours.of(parse(text).flat(), parse(text).flat_holiday()) == parse(text)


@pytest.mark.parametrize(
    "text",
    ["", '"for request only"', "Jun-Aug: Mo 09:00-18:00", "Mo-Fr 16:00-", "sunrise-sunset", "Mo 25:00-26:00", "Mo 09:70-10:00",
     "2017 Jul 1 - 2017 Aug 8 off", "周一至周五", "Mo-PH 09:00-10:00", "Mo 09:00-18:00 lunch", "Mo 99:00-98:00"],
)  # fmt: skip
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
    ],
)
def test_whether_a_place_is_open(text: str, at: str, is_open: bool, opens: str | None, closes: str | None) -> None:
    found = opening(parse(text), moment(at), BEIJING)
    assert found.open_now is is_open
    assert found.opens_at == (moment(opens) if opens else None)
    assert found.closes_at == (moment(closes) if closes else None)


def test_hours_are_local_to_the_place() -> None:
    helsinki = ZoneInfo("Europe/Helsinki")
    assert opening(parse("Mo-Fr 09:00-18:00"), moment("2026-11-23 15:30"), helsinki).open_now
    assert not opening(parse("Mo-Fr 09:00-18:00"), moment("2026-11-23 14:30"), helsinki).open_now
