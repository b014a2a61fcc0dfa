"""Fields of a service as people give them, in a sheet, a proposal or a correction: read, and what is wrong with them."""

import re
import unicodedata
from functools import cache
from math import isfinite

from backend.core import geo
from backend.core.errors import FieldError, Invalid
from backend.directory import categories
from backend.directory.hours import Hours, parse
from backend.directory.intake import faults, plain_hours

LONGEST = {
    "name": 200, "name_en": 200, "operator": 200, "phone": 40, "address": 200, "address_en": 200, "postal_code": 20,
    "url": 500, "description": 2000, "description_en": 2000, "hours": 500, "id": 80, "fees": 300, "fees_en": 300,
}  # fmt: skip
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_PHONE = re.compile(r"\+?[\d ()/.\-—转ext]{5,38}")
_YES = {
    **dict.fromkeys(("yes", "y", "是", "有", "全部", "true", "1"), "yes"),
    **dict.fromkeys(("limited", "部分", "有限"), "limited"),
    **dict.fromkeys(("no", "n", "否", "无", "没有", "false", "0"), "no"),
}
_DATUMS = {
    **dict.fromkeys(("wgs84", "wgs-84", "gps", "epsg:4326", "cgcs2000", "国家2000", "天地图"), "wgs84"),
    **dict.fromkeys(("gcj02", "gcj-02", "高德", "腾讯", "火星", "火星坐标", "国测局", "高德坐标"), "gcj02"),
    **dict.fromkeys(("bd09", "bd-09", "百度", "百度坐标"), "bd09"),
}


class Fault(Exception):
    """One field is not right; `code` is one of `faults.FAULTS`."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field, self.code = field, code

    def refusal(self) -> Invalid:
        """The fault as the answer to a request."""
        return Invalid(
            FieldError(f"/{self.field}", self.code, faults.text(self.code, "en"), faults.text(self.code, "zh"))
        )


def words(field: str, text: str, *, required: bool = False) -> str:
    """Clean words within the field's length. Raises Fault."""
    clean = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(letter) in _UNPRINTABLE and letter not in "\n\r\t" for letter in clean):
        raise Fault(field, "unprintable")
    clean = " ".join(clean.split())
    if required and not clean:
        raise Fault(field, "required")
    if len(clean) > LONGEST.get(field, 200):
        raise Fault(field, "too-long")
    return clean


def phone(text: str) -> str:
    """A number as it is dialled. Raises Fault."""
    clean = words("phone", unicodedata.normalize("NFKC", text))
    if clean and (not _PHONE.fullmatch(clean) or sum(letter.isdigit() for letter in clean) < 5):
        raise Fault("phone", "phone-unreadable")
    return clean


def url(text: str) -> str:
    """A web address. Raises Fault."""
    clean = words("url", text)
    if clean and (not clean.startswith(("http://", "https://")) or " " in clean):
        raise Fault("url", "url-unreadable")
    return clean


def accessibility(text: str) -> str:
    """`yes`, `limited`, `no` or blank. Raises Fault."""
    clean = text.strip().casefold()
    if clean and clean not in _YES:
        raise Fault("accessibility", "accessibility-unknown")
    return _YES.get(clean, "")


def hours(text: str) -> tuple[str, Hours | None]:
    """The hours in OpenStreetMap's grammar, and read; blank: unknown. Raises Fault."""
    clean = words("hours", text)
    if not clean:
        return "", None
    try:
        return clean, parse(clean)
    except ValueError:
        pass
    try:
        told = plain_hours.osm(clean)
        return told, parse(told)
    except ValueError:
        raise Fault("hours", "hours-unreadable") from None


def category(text: str) -> str:
    """The code of a kind of service (no group), from its code or either of its names. Raises Fault."""
    clean = unicodedata.normalize("NFKC", text).strip().casefold()
    if not clean:
        raise Fault("category", "required")
    if (found := _categories().get(clean)) is None:
        raise Fault("category", "category-unknown")
    return found


@cache
def _categories() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, term in categories.terms().items():
        if term.parent is None:
            continue
        for word in (code, term.name_zh, term.name_en, re.sub(r"[（(].*", "", term.name_zh)):
            found.setdefault(unicodedata.normalize("NFKC", word).casefold(), code)
    return found


def datum(text: str) -> str:
    """`wgs84`, `gcj02` or `bd09`. Raises Fault, also for none."""
    clean = unicodedata.normalize("NFKC", text).strip().casefold()
    if not clean:
        raise Fault("crs", "datum-missing")
    if clean not in _DATUMS:
        raise Fault("crs", "unknown-datum")
    return _DATUMS[clean]


def position(lon: str, lat: str, crs: str) -> tuple[float, float]:
    """WGS-84 degrees (lon, lat), to 1e-7, of degrees of a declared datum. Raises Fault."""
    known = datum(crs)
    degrees = []
    for name, given in (("lon", lon), ("lat", lat)):
        if not given.strip():
            raise Fault(name, "required")
        try:
            number = float(unicodedata.normalize("NFKC", given).strip().rstrip("°"))
        except ValueError:
            raise Fault(name, "not-a-number") from None
        if not isfinite(number):
            raise Fault(name, "not-a-number")
        degrees.append(number)
    if abs(degrees[1]) > 90 >= abs(degrees[0]) and abs(degrees[1]) <= 180:
        raise Fault("lat", "swapped")
    try:
        east, north = geo.to_wgs84(degrees[0], degrees[1], known)
    except Invalid:
        raise Fault("lon" if abs(degrees[0]) > 180 else "lat", "out-of-range") from None
    return round(east, 7), round(north, 7)
