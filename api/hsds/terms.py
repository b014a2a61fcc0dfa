"""Our categories and the official lists they are on, as HSDS taxonomies and terms.

Each official list is a taxonomy of its own, whose terms point at ours by their code.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.hsds.identity import made
from backend.directory.models import TaxonomyTerm

OURS = made("taxonomy", "yike")
LISTS: dict[str, tuple[str, str, str, str]] = {
    "beijing-8": ("北京市八项基本便民功能", "Beijing's eight basic functions", "", ""),
    "guide-basic": ("一刻钟便民生活圈建设指南：基本保障类业态", "State guide: basic businesses", "2021", ""),
    "guide-quality": (
        "一刻钟便民生活圈建设指南：品质提升类业态",
        "State guide: quality-of-life businesses",
        "2021",
        "",
    ),
    "public": ("公共服务", "Public services", "", ""),
}
"""code → name in Chinese, in English, version, source."""


def taxonomies(language: str) -> list[dict[str, Any]]:
    """All of them, ours first."""
    in_english = language == "en"
    ours = {
        "id": OURS,
        "name": "Yike categories" if in_english else "一刻服务分类",
        "description": "Kinds of services in the 15-minute circle" if in_english else "一刻钟服务圈的服务分类",
    }
    return [ours, *(_list(code, in_english) for code in LISTS)]


def _list(code: str, in_english: bool) -> dict[str, Any]:
    zh, en, version, _ = LISTS[code]
    found = {"id": made("taxonomy", code), "name": en if in_english else zh, "description": f"{zh} · {en}"}
    return found | ({"version": version} if version else {})


def term(row: TaxonomyTerm, language: str) -> dict[str, Any]:
    """One of our categories, flat."""
    found = {
        "id": str(row.id),
        "code": row.code,
        "name": row.label(language),
        "description": f"{row.name} · {row.name_en}",
        "taxonomy": "yike",
        "taxonomy_id": OURS,
        "language": "en" if language == "en" else "zh",
    }
    return found | ({"parent_id": str(row.parent_id)} if row.parent_id else {})


def terms(language: str) -> list[dict[str, Any]]:
    """Every term of every taxonomy."""
    rows = list(TaxonomyTerm.objects.all())
    shown = [term(row, language) for row in rows]
    for row in rows:
        for code in row.lists.split():
            listed = term(row, language) | {
                "id": made("term", code, row.code),
                "taxonomy": code,
                "taxonomy_id": made("taxonomy", code),
            }
            listed.pop("parent_id", None)
            shown.append(listed)
    return shown


def with_taxonomy(shown: dict[str, Any], language: str) -> dict[str, Any]:
    """A term with its taxonomy inside, as a detail shows it."""
    own = next(one for one in taxonomies(language) if one["id"] == shown["taxonomy_id"])
    return shown | {"taxonomy_detail": own}


def categories_of_term(term_id: UUID) -> set[UUID]:
    """The ids of the categories that a term means: itself, and its members when it is a group. Empty when there is no such term."""
    found = set[UUID]()
    for row in TaxonomyTerm.objects.all():
        listed = {made("term", code, row.code) for code in row.lists.split()}
        if term_id in (row.id, row.parent_id) or str(term_id) in listed:
            found.add(row.id)
    return found


def categories_of_taxonomy(taxonomy_id: UUID) -> set[UUID]:
    """The ids of the categories in a taxonomy; empty when there is no such taxonomy."""
    rows = TaxonomyTerm.objects.all()
    if str(taxonomy_id) == OURS:
        return {row.id for row in rows}
    return {row.id for row in rows if str(taxonomy_id) in {made("taxonomy", code) for code in row.lists.split()}}
