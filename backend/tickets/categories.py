"""The categories of reports, read once from `categories.toml`; their codes are Open311's `service_code` too."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

PROMISES = {"2h": timedelta(hours=2), "24h": timedelta(hours=24), "7d": timedelta(days=7), "15d": timedelta(days=15)}
GROUPS = {
    "home": ("家里", "At home"),
    "neighbours": ("邻里", "Neighbours"),
    "building": ("楼里", "In the building"),
    "compound": ("小区", "In the compound"),
    "street": ("街面", "In the street"),
    "other": ("其他", "Other"),
}
# Words that smell of gas whatever the category; a false alarm costs one call, a missed one a house.
GAS_WORDS = re.compile(
    r"(煤气|燃气|天然气|瓦斯)[^。！？,，]{0,6}(味|漏|泄)|漏气|(smell|leak|odou?r)\w*\W+(of\W+)?gas|gas\W+(smell|leak)",
    re.IGNORECASE,
)

Visibility = Literal["home", "compound", "public"]
Place = Literal["home", "building", "point", "any"]
RouteKind = Literal["company", "subdistrict"]


@dataclass(frozen=True)
class Question:
    """A question with a fixed choice of answers; `danger` maps an answer to the kind of emergency it means."""

    code: str
    zh: str
    en: str
    options: tuple[tuple[str, str, str], ...]
    required: bool
    danger: Mapping[str, str]

    def accepts(self, answer: str) -> bool:
        return any(answer == value for value, _, _ in self.options)


@dataclass(frozen=True)
class Category:
    """One row of `categories.toml`. `outage`: the supply whose planned outage would explain it."""

    code: str
    zh: str
    en: str
    group: str
    visibility: Visibility
    place: Place
    promise: timedelta
    route: RouteKind
    questions: tuple[Question, ...]
    danger: str | None
    outage: str = ""

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def danger_of(self, answers: Mapping[str, str], text: str) -> str | None:
        """The kind of emergency (`gas`, `entrapment`, …) that this report means, or None."""
        if self.danger:
            return self.danger
        for question in self.questions:
            kind = question.danger.get(answers.get(question.code, ""))
            if kind:
                return kind
        said_no = any("gas" in q.danger.values() and answers.get(q.code) == "no" for q in self.questions)
        return "gas" if not said_no and GAS_WORDS.search(text) else None


def _question(row: Mapping[str, Any]) -> Question:
    options = tuple((value, zh, en) for value, zh, en in row["options"])
    return Question(row["code"], row["zh"], row["en"], options, row.get("required", False), row.get("danger", {}))


@cache
def all_categories() -> Mapping[str, Category]:
    """Every category by code, in the order of the file."""
    rows = tomllib.loads(Path(__file__).with_name("categories.toml").read_text(encoding="utf-8"))
    return {
        code: Category(
            code=code,
            zh=row["zh"],
            en=row["en"],
            group=row["group"],
            visibility=row["visibility"],
            place=row["place"],
            promise=PROMISES[row["promise"]],
            route=row["route"],
            questions=tuple(_question(question) for question in row.get("questions", ())),
            danger=row.get("danger"),
            outage=row.get("outage", ""),
        )
        for code, row in rows.items()
    }


def named_like(words: str) -> Iterable[str]:
    """Codes of the categories whose Chinese or English name contains these words."""
    wanted = words.casefold()
    return [code for code, c in all_categories().items() if wanted in c.zh.casefold() or wanted in c.en.casefold()]
