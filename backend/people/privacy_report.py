"""The field catalogue as a page: every personal column with its kind, purpose, legal basis, retention and way of erasure."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core import retention
from backend.core.catalogue import Entry, Personal, entries
from backend.core.catalogue_words import BASES, HOWS, KINDS, LAWS, PURPOSES, RETENTIONS
from backend.people.purposes import PURPOSES as AGREED

HEAD = """# 个人信息字段 · Personal fields

由 `python -m backend privacy-report` 生成，测试比对。Written by `python -m backend privacy-report` and compared in the tests.
没有列出的字段与个人无关。Columns that are not listed say nothing about a person.
"""


def markdown() -> str:
    """The whole page."""
    parts = [HEAD, *_fields(), *_kept(), *_rules(), *_purposes()]
    return "\n".join(parts) + "\n"


def rows() -> Iterator[tuple[str, ...]]:
    """One line a personal column, for a terminal: field, kind, purpose, basis, retention, erased."""
    for entry in entries().values():
        for personal in entry.personal:
            yield (f"{entry.label}.{personal.name}", *_words(entry, personal))


def _words(entry: Entry, personal: Personal) -> tuple[str, ...]:
    kept = f"：{LAWS[personal.law].law}" if personal.law else ""
    return (
        _pair(KINDS[personal.kind]),
        _pair(PURPOSES[personal.purpose]),
        _pair(BASES[personal.basis]),
        _days(entry.label) if personal.retention == "rule" else _pair(RETENTIONS[personal.retention]),
        _pair(HOWS[personal.how]) + kept,
    )


def _pair(words: tuple[str, str]) -> str:
    return " ".join(words)


def _days(label: str) -> str:
    found = [rule for rule in retention.rules() if rule.model._meta.label == label]
    return "; ".join(f"{rule.by} + {rule.days} 天 days" for rule in found)


def _table(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for line in lines:
        yield "| " + " | ".join(line) + " |"
    yield ""


def _fields() -> Iterator[str]:
    head = ("字段 field", "类别 kind", "目的 purpose", "依据 basis", "保留 retention", "注销时 at erasure")
    yield from _table(head, ((f"`{name}`", *words) for name, *words in rows()))


def _kept() -> Iterator[str]:
    yield "## 依法保留 · Kept by law\n"
    head = ("什么 what", "法律 law", "年 years")
    lines = ((f"{law.what_zh} {law.what_en}", law.law, str(law.years or "—")) for law in LAWS.values())
    yield from _table(head, lines)


def _rules() -> Iterator[str]:
    yield "## 保留规则 · Retention rules\n"
    head = ("表 table", "起算 from", "天 days", "方式 way")
    lines = ((f"`{rule.model._meta.label}`", rule.by, str(rule.days), _way(rule)) for rule in retention.rules())
    yield from _table(head, lines)


def _way(rule: retention.Rule) -> str:
    if rule.floor:
        return "至少保留，由运维归档 at least; an operator archives"
    return "按月整体删除 whole months" if rule.is_monthly else "逐行删除 rows"


def _purposes() -> Iterator[str]:
    yield "## 同意事项 · Consents\n"
    head = ("事项 purpose", "版本 version", "敏感 sensitive", "必需 required", "内容 words")
    lines = (
        (
            f"{p.title_zh} {p.title_en}",
            p.version,
            "单独同意 separate" if p.is_sensitive else "",
            "是 yes" if p.is_required else "",
            f"{p.text_zh} {p.text_en}",
        )
        for p in AGREED.values()
    )
    yield from _table(head, lines)
