"""Keep the taxonomies' rows as the CSV files say (they are what HSDS and joins see)."""

from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from backend.directory import categories, schemes
from backend.directory.models import ListedTerm, Taxonomy, TaxonomyTerm

T = TypeVar("T", bound=Model)


def load(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Write every term, groups first; runs after each migrate and changes nothing when nothing changed."""
    kept = {term.code: term for term in TaxonomyTerm.objects.using(using)}
    ordered = sorted(categories.terms().values(), key=lambda term: term.parent is not None)
    for position, term in enumerate(ordered):
        wanted = {
            "parent_id": kept[term.parent].pk if term.parent else None,
            "lists": " ".join(term.lists),
            "name": term.name_zh,
            "name_en": term.name_en,
            "position": position,
        }
        kept[term.code] = _kept(kept.get(term.code) or TaxonomyTerm(code=term.code), wanted, using)
    if (
        ListedTerm._meta.db_table in connections[using].introspection.table_names()
    ):  # not when migrated back before them
        _load_schemes({code: row.pk for code, row in kept.items()}, using)


def _load_schemes(category_ids: dict[str, Any], using: str) -> None:
    known = {row.code: row for row in Taxonomy.objects.using(using)}
    for position, scheme in enumerate(schemes.schemes().values()):
        wanted = {
            "name": scheme.name_zh,
            "name_en": scheme.name_en,
            "publisher": scheme.publisher_zh,
            "publisher_en": scheme.publisher_en,
            "version": scheme.version,
            "year": scheme.year,
            "uri": scheme.uri,
            "source": scheme.source,
            "mark": scheme.mark,
            "note": scheme.note,
            "position": position,
        }
        known[scheme.code] = _kept(
            known.get(scheme.code) or Taxonomy(id=schemes.id_of(scheme.code), code=scheme.code), wanted, using
        )
    kept = {row.code: row for row in ListedTerm.objects.using(using).prefetch_related("categories")}
    for position, term in enumerate(schemes.terms().values()):
        meant = {category_ids[code] for code in term.categories}
        wanted = {
            "taxonomy_id": known[term.scheme].pk,
            "parent_id": kept[term.parent].pk if term.parent else None,
            "name": term.name_zh,
            "name_en": term.name_en,
            "mark": term.mark,
            "position": position,
        }
        row = kept.get(term.code)
        had = {one.pk for one in row.categories.all()} if row else set()
        kept[term.code] = row = _kept(row or ListedTerm(id=schemes.id_of(term.code), code=term.code), wanted, using)
        if had != meant:
            row.categories.set(meant)


def _kept(row: T, wanted: dict[str, Any], using: str) -> T:
    """Save the row unless it says all this already."""
    if row._state.adding or any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save(using=using)
    return row
