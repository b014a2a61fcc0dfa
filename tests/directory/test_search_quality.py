"""What people type finds what they mean: labelled queries over an invented quarter, by rule and not by answer."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from backend.core import geo
from backend.directory import keeping
from backend.directory import network as networks
from tests.directory.search_catalogue import CORNER, ZONE, facts, measured, queries

FLOOR, FLOOR_OF_A_SORT = 0.9, 0.8


def test_the_labels_are_many_of_every_sort_and_each_has_something_to_find() -> None:
    quarter = facts()
    asked = queries()
    assert len(quarter) > 400
    assert len({query.text for query in asked}) == len(asked) > 200
    assert min(Counter(query.sort for query in asked).values()) >= 14
    assert [query for query in asked if not any(fact.is_wanted(query.wanted) for fact in quarter)] == []


@pytest.mark.django_db
def test_nine_of_ten_are_among_the_first_ten() -> None:
    quarter = facts()
    nodes = [geo.from_utm(CORNER[0] + east, CORNER[1] + north, ZONE) for east in (-500, 500) for north in (-500, 500)]
    area = networks.save("invented", nodes, [(0, 1, 1.0), (1, 3, 1.0), (3, 2, 1.0), (2, 0, 1.0)])
    keeping.keep([fact.place for fact in quarter], source="seed", area=area)
    told = measured(quarter)
    by_sort = defaultdict(list)
    for query, recall in told:
        by_sort[query.sort].append(recall)
    means = {sort: round(sum(all_) / len(all_), 3) for sort, all_ in by_sort.items()}
    missed = [(query.text, round(recall, 2)) for query, recall in told if recall < 1]
    assert sum(recall for _, recall in told) / len(told) >= FLOOR, (means, missed)
    assert min(means.values()) >= FLOOR_OF_A_SORT, (means, missed)
