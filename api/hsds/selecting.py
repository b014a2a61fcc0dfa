"""Which rows a list means: ids alone, in an order that pages can be cut from, and how many there are.

Ids come from an index, so that page 4,000 of 200,000 services costs a few milliseconds; the rows of one page are read afterwards.
A count is remembered for half a minute as long as no service changed; nobody counts 200,000 rows for each page.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from api.hsds import terms
from api.hsds.query import Asked
from backend.directory import searching

REMEMBERED = 30.0
_counts: OrderedDict[tuple[Any, ...], tuple[float, int]] = OrderedDict()


class Selection:
    """Rows of one kind: `FROM` and `WHERE` with parameters; `key` is the ordered id column."""

    def __init__(self, key: str, tables: str, conditions: list[str], parameters: list[Any]) -> None:
        self.key, self.tables, self.parameters = key, tables, parameters
        self.where = " AND ".join(conditions) or "true"

    def count(self) -> int:
        """How many there are, at most half a minute old."""
        sql = f"SELECT count(*) FROM {self.tables} WHERE {self.where}"  # noqa: S608 - fixed parts
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(last_modified) FROM directory_service")
            (version,) = cursor.fetchone() or (None,)
            remembered = (
                connection.settings_dict["NAME"],
                sql,
                repr(self.parameters),
                version,
            )
            if (known := _counts.get(remembered)) and time.monotonic() - known[0] < REMEMBERED and version is not None:
                return known[1]
            cursor.execute(sql, self.parameters)
            (found,) = cursor.fetchone() or (0,)
        _counts[remembered] = (time.monotonic(), found)
        while len(_counts) > 500:
            _counts.popitem(last=False)
        return int(found)

    def ids(self, *, offset: int, limit: int) -> list[UUID]:
        """One page of ids."""
        return self._read("", [], f"OFFSET {offset:d} LIMIT {limit:d}")

    def walk(self, size: int) -> Iterator[list[UUID]]:
        """All ids, `size` at a time, each begun where the last ended."""
        found = self._read("", [], f"LIMIT {size:d}")
        while found:
            yield found
            if len(found) < size:
                return
            found = self._read(f"AND {self.key} > %s", [found[-1]], f"LIMIT {size:d}")

    def _read(self, beyond: str, after: list[Any], cut: str) -> list[UUID]:
        sql = f"SELECT {self.key} FROM {self.tables} WHERE {self.where} {beyond} ORDER BY {self.key} {cut}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [*self.parameters, *after])
            return [row[0] for row in cursor.fetchall()]


def services(asked: Asked) -> Selection:
    """The services that a list means, those that are gone too: `status` tells."""
    conditions, parameters = _of_service(asked)
    if asked.search:
        conditions.append(
            "EXISTS (SELECT 1 FROM directory_serviceatlocation x WHERE x.service_id = s.id AND x.search @@ %s::tsquery)"
        )
        parameters.append(_words(asked.search))
    return Selection("s.id", "directory_service s", conditions, parameters)


def places(asked: Asked) -> Selection:
    """The services at locations that a list means."""
    conditions, parameters = _of_service(asked)
    tables = "directory_serviceatlocation x"
    if conditions:
        tables += " JOIN directory_service s ON s.id = x.service_id"
    if asked.search:
        conditions.append("x.search @@ %s::tsquery")
        parameters.append(_words(asked.search))
    if asked.postcode:
        tables += " JOIN directory_location l ON l.id = x.location_id"
        _near_postcode(asked, conditions, parameters)
    return Selection("x.id", tables, conditions, parameters)


def organizations(asked: Asked) -> Selection:
    """The organizations that a list means."""
    conditions, parameters = list[str](), list[Any]()
    codes = _categories(asked)
    if codes is not None:
        conditions.append(
            "EXISTS (SELECT 1 FROM directory_service s WHERE s.organization_id = o.id AND s.category_id = ANY(%s))"
        )
        parameters.append(codes)
    if asked.search:
        like = "%" + asked.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append("(o.name ILIKE %s OR o.name_en ILIKE %s)")
        parameters += [like, like]
    return Selection("o.id", "directory_organization o", conditions, parameters)


def _of_service(asked: Asked) -> tuple[list[str], list[Any]]:
    conditions, parameters = list[str](), list[Any]()
    if (codes := _categories(asked)) is not None:
        conditions.append("s.category_id = ANY(%s)")
        parameters.append(codes)
    if asked.organization_id is not None:
        conditions.append("s.organization_id = %s")
        parameters.append(asked.organization_id)
    if asked.modified_after is not None:
        conditions.append("s.last_modified >= %s")
        parameters.append(asked.modified_after)
    return conditions, parameters


def _categories(asked: Asked) -> list[UUID] | None:
    """The ids of our categories that both taxonomy filters allow; None when neither is given."""
    allowed: set[UUID] | None = None
    if asked.taxonomy_term_id is not None:
        allowed = terms.categories_of_term(asked.taxonomy_term_id)
    if asked.taxonomy_id is not None:
        named = terms.categories_of_taxonomy(asked.taxonomy_id)
        allowed = named if allowed is None else allowed & named
    return None if allowed is None else sorted(allowed)


def _words(text: str) -> str:
    return searching.written(text).whole


def _near_postcode(asked: Asked, conditions: list[str], parameters: list[Any]) -> None:
    """In the postcode, or within `proximity` metres of the centre of the places that have it."""
    if asked.proximity is None:
        conditions.append("l.postal_code = %s")
        parameters.append(asked.postcode)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT zone, avg(easting), avg(northing) FROM directory_location WHERE postal_code = %s AND zone > 0 "
            "GROUP BY zone ORDER BY count(*) DESC LIMIT 1",
            [asked.postcode],
        )
        centre = cursor.fetchone()
    if centre is None:
        conditions.append("false")
        return
    conditions.append("l.zone = %s AND point(l.easting, l.northing) <@ circle(point(%s, %s), %s)")
    parameters += [*centre, asked.proximity]
