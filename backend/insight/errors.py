"""Why a version of the index cannot be kept or adopted."""

from __future__ import annotations

from backend.core.errors import Conflict, FieldError, Invalid


class IndexNotDraft(Conflict):
    """Only a draft can be adopted; what was adopted never changes."""

    code, zh = "index-not-draft", "只有草稿可以启用；已启用的版本不可更改"


class NoIndexAdopted(Conflict):
    """No version of the index is adopted yet."""

    code, zh = "no-index-adopted", "尚未启用任何指数版本"


class MonthNotOver(Conflict):
    """This month is not over yet."""

    code, zh = "month-not-over", "该月尚未结束"


def wrong(number: int, name: str, code: str, english: str, chinese: str) -> Invalid:
    """A refusal of one field of the indicator with this number."""
    return Invalid(FieldError(f"/indicators/{number}/{name}", code, english, chinese))
