"""Keep the taxonomy's rows as `taxonomy.csv` says (they are what HSDS and joins see)."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS

from backend.directory import categories
from backend.directory.models import TaxonomyTerm


def load(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Write every term, groups first; runs after each migrate and changes nothing when nothing changed."""
    kept = {term.code: term for term in TaxonomyTerm.objects.using(using)}
    ordered = sorted(categories.terms().values(), key=lambda term: term.parent is not None)
    for position, term in enumerate(ordered):
        row = kept.get(term.code)
        wanted = {
            "parent_id": kept[term.parent].pk if term.parent else None,
            "lists": " ".join(term.lists),
            "name": term.name_zh,
            "name_en": term.name_en,
            "position": position,
        }
        if row is None:
            row = TaxonomyTerm(code=term.code, **wanted)
            row.save(using=using)
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save(using=using)
        kept[term.code] = row
