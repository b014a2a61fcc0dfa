"""Opening hours as people write them in a sheet (周一至周五 9:00-18:00；周末休息), put into OpenStreetMap's grammar."""

import re
import unicodedata

from backend.directory.hours import UnreadableHours

_NUMERALS = dict(zip("一二三四五六日天", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "Su"), strict=True))
_AFTERNOON = ("下午", "晚上", "晚", "傍晚")
_WORDS = {
    "每天": "Mo-Su", "每日": "Mo-Su", "天天": "Mo-Su", "全周": "Mo-Su", "工作日": "Mo-Fr", "平日": "Mo-Fr",
    "周末": "Sa,Su", "双休日": "Sa,Su", "法定节假日": "PH", "节假日": "PH", "节日": "PH",
}  # fmt: skip
_TIME = r"(?:(?:上午|早上|早|凌晨|中午|下午|傍晚|晚上|晚)\s*)?\d{1,2}(?::\d{2})?"
_TOKEN = re.compile(
    rf"(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    r"|(?P<days>周[一二三四五六日天](?:\s*[-、,和及]\s*周?[一二三四五六日天])*)"
    r"|(?P<always>24小时|全天|24h|昼夜)"
    r"|(?P<off>休息|不营业|不开放|不开|闭馆|关闭|停业|除外|休)"
    rf"|(?P<span>{_TIME}\s*-\s*{_TIME})"
    r"|(?P<noise>[\s,;、。()和及:]+|营业时间|营业|开放|服务|时间|均|为)"
)
_MOMENT = re.compile(r"(?P<part>\D*?)\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?$")


def osm(text: str) -> str:
    """Return the hours in OpenStreetMap's grammar. Raises UnreadableHours for what is not understood whole."""
    said = _Said(text)
    plain, position = _plain(text), 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None:
            raise UnreadableHours(text)
        position = match.end()
        if match.lastgroup in ("word", "days"):
            said.on(_WORDS.get(match.group()) or _days(match.group()))
        elif match.lastgroup == "off":
            said.never(only_last=match.group() == "除外")
        elif match.lastgroup in ("span", "always"):
            said.spans.append("00:00-24:00" if match.lastgroup == "always" else _span(match.group()))
    return said.whole()


class _Said:
    """Days are said before their times; new days after times begin a new rule."""

    def __init__(self, text: str) -> None:
        self.text, self.rules = text, list[str]()
        self.days, self.spans = list[str](), list[str]()
        self.excepted: list[str] = []

    def on(self, days: str) -> None:
        if self.spans:
            self.flush()
        self.days.append(days)

    def never(self, *, only_last: bool) -> None:
        """`only_last`: just the days named last are excepted (周一至周五（节假日除外）), before their times or after."""
        if only_last and self.days:
            self.excepted.append(f"{self.days.pop()} off")
            return
        if self.spans or only_last:
            raise UnreadableHours(self.text)
        self.spans.append("off")
        self.flush()

    def flush(self) -> None:
        if self.spans:
            self.rules.append(f"{','.join(self.days) or 'Mo-Su'} {','.join(self.spans)}")
        elif self.days:
            raise UnreadableHours(self.text)
        self.days, self.spans = [], []

    def whole(self) -> str:
        self.flush()
        if not self.rules:
            raise UnreadableHours(self.text)
        return "; ".join([*self.rules, *self.excepted])


def _plain(text: str) -> str:
    """Fold widths, and the many ways to write ranges, weekdays and clocks."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"星期|礼拜", "周", plain)
    plain = re.sub(r"\s*(?:至|到|~|—+|–|−|-+)\s*", "-", plain)
    plain = re.sub(r"(\d{1,2})[点时]半", r"\1:30", plain)
    plain = re.sub(r"(\d{1,2})[点时](\d{1,2})分?", lambda m: f"{m[1]}:{int(m[2]):02d}", plain)
    plain = re.sub(r"(?<!4小)(\d{1,2})[点时]整?", r"\1:00", plain)
    plain = re.sub(r"周([一二三四五六日天]{2,})", lambda m: "周" + "、".join(m[1]), plain)
    return re.sub(r"周([一二三四五六日天])-([一二三四五六日天])(?=\D|$)", r"周\1-周\2", plain)


def _days(text: str) -> str:
    text = re.sub(r"\s+", "", text).replace("周", "")
    return ",".join(
        "-".join(_NUMERALS[letter] for letter in part.split("-")) for part in re.split(r"[、,和及]", text) if part
    )


def _span(text: str) -> str:
    first, _, last = text.partition("-")
    opens, is_late = _moment(first, late=False)
    closes, _ = _moment(last, late=is_late)
    return f"{opens}-{closes}"


def _moment(text: str, *, late: bool) -> tuple[str, bool]:
    """`HH:MM` and whether it was said to be after noon; `late`: the moment before it was."""
    match = _MOMENT.match(text.strip())
    if match is None:
        raise UnreadableHours(text)
    hour, part = int(match["hour"]), match["part"].strip()
    is_late = part in _AFTERNOON or (late and not part)
    if is_late and hour < 12:
        hour += 12
    return f"{hour:02d}:{match['minute'] or '00'}", is_late
