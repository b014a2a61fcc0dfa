"""Opening hours as people write them in a sheet."""

import pytest

from backend.directory.hours import UnreadableHours, parse
from backend.directory.intake import plain_hours


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("周一至周五 9:00-18:00", "Mo-Fr 09:00-18:00"),
        ("周一至周五9:00-18:00；周末 10:00-16:00", "Mo-Fr 09:00-18:00; Sa,Su 10:00-16:00"),
        ("每天 8点-20点", "Mo-Su 08:00-20:00"),
        ("24小时", "Mo-Su 00:00-24:00"),
        ("全天营业", "Mo-Su 00:00-24:00"),
        ("9:00—18:00", "Mo-Su 09:00-18:00"),
        ("工作日 9:00-11:30，13:30-17:00，节假日休息", "Mo-Fr 09:00-11:30,13:30-17:00; PH off"),
        ("星期一到星期六 上午8:30-11:30 下午1:30-5:30", "Mo-Sa 08:30-11:30,13:30-17:30"),
        ("周一、三、五 9时30分至17时", "Mo,We,Fr 09:30-17:00"),
        ("周二-周日 9:00~21:00，周一闭馆", "Tu-Su 09:00-21:00; Mo off"),
        ("早6点半至晚9点", "Mo-Su 06:30-21:00"),
        ("周一至周五（节假日除外） 9:00-17:00", "Mo-Fr 09:00-17:00; PH off"),
        ("周一至周五 9:00-17:00（法定节假日除外）", "Mo-Fr 09:00-17:00; PH off"),
        ("周六日 10:00-12:00", "Sa,Su 10:00-12:00"),
        ("周五 18:00-02:00", "Fr 18:00-02:00"),
    ],
    ids=range(15),
)
def test_what_is_understood(text: str, wanted: str) -> None:
    assert plain_hours.osm(text) == wanted
    parse(wanted)


@pytest.mark.parametrize(
    "text", ["周一至周日", "随时", "9:00起", "周一至周五 电话预约 9:00-17:00", "除外", "9:00-", "休息 9:00"]
)
def test_what_is_not_understood_whole_is_refused(text: str) -> None:
    with pytest.raises(UnreadableHours):
        parse(plain_hours.osm(text))
