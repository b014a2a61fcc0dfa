"""Keep every search column of the present generation (`lexemes.MARK`): those of an older one are written anew."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from backend.directory import lexemes

_BATCH = 1000
_TEXTS = """
SELECT x.id, s.name, s.name_en, t.code, coalesce(o.name, ''), l.address, l.address_en
FROM directory_serviceatlocation x JOIN directory_service s ON s.id = x.service_id
JOIN directory_location l ON l.id = x.location_id JOIN directory_taxonomyterm t ON t.id = s.category_id
LEFT JOIN directory_organization o ON o.id = s.organization_id
WHERE x.search IS NULL OR NOT x.search @@ %s::tsquery LIMIT %s
"""


def refresh(using: str = DEFAULT_DB_ALIAS, **_: Any) -> int:
    """Write the search columns that are missing or of another generation; returns how many. Runs after each migrate."""
    count = 0
    with connections[using].cursor() as cursor:
        while True:
            cursor.execute(_TEXTS, [f"'{lexemes.MARK}'", _BATCH])
            rows = cursor.fetchall()
            cursor.executemany(
                "UPDATE directory_serviceatlocation SET search = array_to_tsvector(%s) WHERE id = %s",
                [(lexemes.of_service(*row[1:]), row[0]) for row in rows],
            )
            count += len(rows)
            if len(rows) < _BATCH:
                return count
