"""Walks that follow what changes: the same as computing everything anew, and only what is affected is written."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest

from backend.commands import walk_times as walk_times_command
from backend.community.models import Building
from backend.directory import network as networks
from backend.directory import walk_times
from backend.directory.ahead import differences
from backend.directory.ahead.keeping_up import LOOP
from backend.directory.ahead.profiles import PROFILES
from backend.directory.models import (
    Location,
    Network,
    Service,
    ServiceAtLocation,
    Status,
    WalkEdge,
    WalkOrigin,
    WalkTarget,
    WalkTime,
)
from tests.cast import Cast
from tests.directory.conftest import at
from tests.directory.town import EDITS, Town, assert_same, from_nothing, kept, rows_of


@pytest.fixture
def town(cast: Cast) -> Town:
    return Town(cast.compound, np.random.default_rng(5))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_edits_the_kept_walks_are_those_computed_from_nothing(cast: Cast, seed: int) -> None:
    town = Town(cast.compound, np.random.default_rng(seed))
    network = town.pave()
    walk_times.recompute(network)
    for _ in range(8):
        for edit in town.rng.choice(EDITS, int(town.rng.integers(1, 4))):
            getattr(town, str(edit))()
        walk_times.recompute(network)
    found = kept()
    assert len(found["foot"]) > 100
    assert len(found["wheelchair"]) > 50
    assert any(is_estimate for *_, is_estimate in found["foot"].values())
    assert_same(found, from_nothing(network))


@pytest.mark.parametrize("edit", EDITS)
def test_each_kind_of_edit_alone_is_followed(town: Town, edit: str) -> None:
    network = town.pave()
    walk_times.recompute(network)
    getattr(town, edit)()
    walk_times.recompute(network)
    assert not walk_times.recompute(network).is_fresh
    assert_same(kept(), from_nothing(network))


def test_a_service_that_moves_writes_its_own_walks_alone(town: Town) -> None:
    walk_times.recompute(network := town.pave())
    before = rows_of("foot")
    at = ServiceAtLocation.objects.filter(location__in=Location.objects.filter(easting__gt=0)).order_by("id")[3]
    place = at.location
    place.place(place.lon + 0.0004, place.lat, place.zone)
    place.save()
    outcome = walk_times.recompute(network)
    after = rows_of("foot")
    changed = {pair for pair in before.keys() | after.keys() if before.get(pair) != after.get(pair)}
    assert {place for _, place in changed} == {at.id}
    assert 0 < outcome.written <= 4 * Building.objects.count() + 4


def test_a_service_that_closes_costs_no_walk(town: Town) -> None:
    walk_times.recompute(network := town.pave())
    busiest = WalkTime.objects.order_by("service_at_location_id").first()
    assert busiest is not None
    before = rows_of("foot")
    Service.objects.filter(service_at_locations=busiest.service_at_location_id).update(status=Status.DEFUNCT)
    turns: list[Any] = []
    walk_times.recompute(network, lambda things: turns.extend(things) or iter(things))
    assert turns == []
    after = rows_of("foot")
    assert before.keys() - after.keys() == {pair for pair in before if pair[1] == busiest.service_at_location_id}
    assert {pair: before[pair] for pair in after} == after


def test_a_street_that_changes_leaves_buildings_out_of_reach_alone(town: Town) -> None:
    walk_times.recompute(network := town.pave())
    before = rows_of("foot")
    town.edges.pop(
        next(i for i, (a, b, *_) in enumerate(town.edges) if max(town.points[a][0], town.points[b][0]) < 800)
    )
    town.pave()
    stale = set(WalkOrigin.objects.filter(is_stale=True).values_list("building_id", flat=True))
    assert 0 < len(stale) < WalkOrigin.objects.count()
    assert WalkTarget.objects.filter(is_stale=True).count() < WalkTarget.objects.count()
    walk_times.recompute(network)
    after = rows_of("foot")
    changed = {pair[0] for pair in before.keys() | after.keys() if before.get(pair) != after.get(pair)}
    assert changed <= stale


def test_the_same_streets_again_write_nothing(town: Town) -> None:
    first = town.pave()
    walk_times.recompute(first)
    again = town.pave()
    assert (again.version, walk_times.recompute(again).written) == (first.version, 0)


def test_streets_keep_their_names_when_others_change(town: Town) -> None:
    town.pave()
    before = set(WalkEdge.objects.values_list("tail", "head", "effort"))
    town.remove_street()
    after = set(WalkEdge.objects.values_list("tail", "head", "effort"))
    assert len(before ^ after) <= 12


def test_a_pass_that_is_killed_goes_on_where_it_stopped_and_shows_no_half_truth(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.directory.ahead.catching_up.BLOCK", 4)
    walk_times.recompute(network := town.pave())
    whole = kept()["foot"]
    for number in range(0, len(town.edges), 7):
        a, b, foot, wheels = town.edges[number]
        town.edges[number] = (a, b, 2.8 - foot, wheels)
    town.pave()
    assert WalkOrigin.objects.filter(is_stale=False).count() == 0

    def killed(things: Iterable[Any]) -> Iterator[Any]:
        for number, thing in enumerate(things):
            if number == 10:
                raise KeyboardInterrupt
            yield thing

    with pytest.raises(KeyboardInterrupt):
        walk_times.recompute(network, killed)
    done = set(WalkOrigin.objects.filter(is_stale=False).values_list("building_id", flat=True))
    now = kept()["foot"]
    assert 0 < len(done) < WalkOrigin.objects.count()
    assert {pair: walk for pair, walk in now.items() if pair[0] not in done} == {
        pair: walk for pair, walk in whole.items() if pair[0] not in done
    }
    turns: list[list[Any]] = []
    walk_times.recompute(network, lambda things: turns.append(list(things)) or iter(turns[-1]))
    assert not done & set(turns[0])
    assert_same(kept(), from_nothing(network))


def test_the_worker_follows_by_itself_and_looks_again_soon(town: Town) -> None:
    network = town.pave()
    assert LOOP.claim() != []
    Network.objects.update(due_at=network.imported_at)
    assert LOOP.drain(rounds=1) == 1
    assert WalkTime.objects.exists()
    network.refresh_from_db()
    assert network.due_at is not None
    town.move_service()
    Network.objects.update(due_at=network.imported_at)
    LOOP.drain(rounds=1)
    assert all(not differences.targets_changed(network, profile).ids for profile in PROFILES.values())
    assert_same(kept(), from_nothing(network))


def test_the_command_tells_what_it_wrote_and_then_that_nothing_changed(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    town.pave()
    parser = argparse.ArgumentParser()
    walk_times_command.add_arguments(parser)
    assert walk_times_command.run(parser.parse_args(["--area", "town"])) == 0
    assert "rows written" in capsys.readouterr().out
    assert walk_times_command.run(parser.parse_args([])) == 0
    assert "(unchanged)" in capsys.readouterr().out
    assert walk_times_command.run(parser.parse_args(["--area", "nowhere"])) == 1


def test_a_building_on_two_networks_belongs_to_the_one_whose_streets_are_nearer(cast: Cast, db: None) -> None:
    near, far = (networks.save(name, [at(0, y), at(500, y)], [(0, 1, 1.0)]) for name, y in (("near", 0), ("far", 60)))
    cast.building.lon, cast.building.lat = at(100, 20)
    cast.building.save()
    for network in (far, near, far):
        walk_times.recompute(network)
    assert [(one.network_id, one.building_id) for one in WalkOrigin.objects.all()] == [(near.id, cast.building.id)]
    cast.building.lon, cast.building.lat = at(100, 50)
    cast.building.save()
    for network in (near, far, near, far):
        walk_times.recompute(network)
    assert [one.network_id for one in WalkOrigin.objects.all()] == [far.id]
