"""Our categories and the official lists they are on, as HSDS taxonomies and terms.

Each list is a taxonomy with its version; the description says who published it and how far it is verified. A term of an official
list says in its description which of our categories it means.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.directory import schemes
from backend.directory.models import TaxonomyTerm
from backend.directory.models.taxonomies import Mark
from backend.directory.schemes import Scheme, SchemeTerm

OURS = str(schemes.id_of("yike"))


def taxonomies(language: str) -> list[dict[str, Any]]:
    """All of them, ours first."""
    return [_taxonomy(one, language) for one in schemes.schemes().values()]


def _taxonomy(scheme: Scheme, language: str) -> dict[str, Any]:
    mark = str(Mark(scheme.mark).label).split(" ", 1)[language == "en"]
    found = {
        "id": str(schemes.id_of(scheme.code)),
        "name": scheme.name(language),
        "description": " · ".join(
            part for part in (scheme.publisher(language), scheme.source, mark, scheme.note) if part
        ),
        "version": scheme.version,
    }
    return found | ({"uri": scheme.uri} if scheme.uri else {})


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


def _listed(one: SchemeTerm, language: str) -> dict[str, Any]:
    """One entry of an official list, flat."""
    means = " ".join(one.categories)
    found = {
        "id": str(schemes.id_of(one.code)),
        "code": one.code,
        "name": one.name(language),
        "description": f"{one.name_zh} · {one.name_en}" + (f" = {means}" if means else ""),
        "taxonomy": one.scheme,
        "taxonomy_id": str(schemes.id_of(one.scheme)),
        "language": "en" if language == "en" else "zh",
    }
    return found | ({"parent_id": str(schemes.id_of(one.parent))} if one.parent else {})


def terms(language: str) -> list[dict[str, Any]]:
    """Every term of every taxonomy."""
    shown = [term(row, language) for row in TaxonomyTerm.objects.all()]
    return shown + [_listed(one, language) for one in schemes.terms().values()]


def with_taxonomy(shown: dict[str, Any], language: str) -> dict[str, Any]:
    """A term with its taxonomy inside, as a detail shows it."""
    own = next(one for one in taxonomies(language) if one["id"] == shown["taxonomy_id"])
    return shown | {"taxonomy_detail": own}


def categories_of_term(term_id: UUID) -> set[UUID]:
    """The ids of the categories that a term means: itself, its members when it is a group, those it is mapped to.

    Empty when there is no such term.
    """
    mapped = next((schemes.meant(code) for code in schemes.terms() if schemes.id_of(code) == term_id), frozenset())
    return {
        row.id for row in TaxonomyTerm.objects.all() if term_id in (row.id, row.parent_id) or row.code in mapped
    }  # fmt: skip


def categories_of_taxonomy(taxonomy_id: UUID) -> set[UUID]:
    """The ids of the categories in a taxonomy; empty when there is no such taxonomy."""
    rows = TaxonomyTerm.objects.all()
    if str(taxonomy_id) == OURS:
        return {row.id for row in rows}
    mapped = next(
        (schemes.meant(code) for code in schemes.schemes() if schemes.id_of(code) == taxonomy_id), frozenset()
    )
    return {row.id for row in rows if row.code in mapped}
