"""The quality of a search over an invented quarter, and how long a search and a suggestion take over all services that are kept.

The labelled queries and their rules are those of the tests. The quarter is kept in a transaction that is rolled back. Latencies
are of the functions behind `GET /circle?q=` and `GET /suggest`; the baseline sends the same statements by psycopg.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from django.db import connection, transaction

from backend.core import geo
from backend.directory import finding, keeping
from backend.directory import network as networks
from backend.directory.circle import Start, Wish
from backend.directory.listing import Filters
from backend.directory.models import ServiceAtLocation
from backend.directory.suggesting import suggest
from bench.recording import recorded
from tests.directory.search_catalogue import CORNER, ZONE, facts, measured

FLOOR = 0.9
_AWAY = (CORNER[0] - 60_000, CORNER[1])
SEARCHES = ("药店", "买菜", "yaodian", "qingyun", "hair salon", "东村药店", "xyjd", "farmacy")
TYPED = ("药", "理发", "y", "ya", "yaodian", "qing", "mc", "hairc", "明月", "farmac")


@dataclass(frozen=True)
class Quality:
    """Recall@10 of all queries, and of each sort."""

    queries: int
    services: int
    recall: float
    of_sorts: dict[str, float]


@dataclass(frozen=True)
class Latency:
    """Milliseconds, beside the same statements by psycopg."""

    p50: float
    p99: float
    bare_p50: float
    bare_p99: float


def quality() -> Quality:
    """Keep the quarter 60 km from the demo's, ask all labelled queries, forget it again."""
    quarter = facts(_AWAY)
    corners = [geo.from_utm(_AWAY[0] + east, _AWAY[1] + north, ZONE) for east in (-500, 500) for north in (-500, 500)]
    with transaction.atomic():
        area = networks.save("bench search", corners, [(0, 1, 1.0), (1, 3, 1.0), (3, 2, 1.0), (2, 0, 1.0)])
        keeping.keep([fact.place for fact in quarter], source="bench", area=area)
        told = measured(quarter, _AWAY)
        transaction.set_rollback(True)
    sorts = defaultdict(list)
    for query, recall in told:
        sorts[query.sort].append(recall)
    means = {sort: statistics.fmean(all_) for sort, all_ in sorts.items()}
    return Quality(len(told), len(quarter), statistics.fmean(recall for _, recall in told), means)


def kept() -> int:
    """How many services at locations there are."""
    return ServiceAtLocation.objects.count()


def searching(rounds: int = 12) -> Latency:
    """`GET /circle?q=` from a point in the middle of what is kept."""
    start = Start(*_middle())
    return _latency([partial(finding.find, start, Wish(filters=Filters(q=q), limit=20)) for q in SEARCHES], rounds)


def typing(rounds: int = 12) -> Latency:
    """`GET /suggest` there."""
    return _latency([partial(suggest, q, _middle()) for q in TYPED], rounds)


@cache
def _middle() -> tuple[float, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY lon), percentile_disc(0.5) WITHIN GROUP (ORDER BY lat) "
            "FROM directory_location"
        )
        lon, lat = cursor.fetchone()
    return float(lon), float(lat)


def _latency(asks: list[Callable[[], object]], rounds: int) -> Latency:
    own, bare = list[float](), list[float]()
    for ask in asks:
        ask()
        with recorded() as statements:
            ask()
        for _ in range(rounds):
            begun = time.perf_counter()
            ask()
            own.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            with connection.connection.cursor() as cursor:
                for one in statements:
                    cursor.execute(one.sql, one.params)
                    if one.rows is not None:
                        cursor.fetchall()
            bare.append((time.perf_counter() - begun) * 1000)
    return Latency(*_percentiles(own), *_percentiles(bare))


def _percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=100)
    return cuts[49], cuts[98]
