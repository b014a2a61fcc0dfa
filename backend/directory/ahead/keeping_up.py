"""The walks follow by themselves: a worker looks at each network every few seconds. And a job, for who wants them now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from backend.core.clock import now
from backend.core.due import DueLoop, register
from backend.core.errors import NotFound
from backend.core.jobs import Job, Run, job, start
from backend.core.verb import record, verb
from backend.directory import actions
from backend.directory.ahead.catching_up import alone
from backend.directory.models import Network
from backend.people.actor import Actor
from backend.people.roles import Can

KIND = "directory.walks"
EVERY = timedelta(seconds=20)
LEASE = timedelta(seconds=60)
_TOLD_EVERY = 5.0
_WAIT = 1.0


def look_at(area: Network) -> None:
    """Bring the walks of a claimed network up to date, and look again soon. Nothing is done while another process does it."""
    mine = Network.objects.filter(pk=area.pk, lease=area.lease)

    def renewed(things: Iterable[Any]) -> Iterator[Any]:
        told = monotonic()
        for thing in things:
            yield thing
            if monotonic() - told > _TOLD_EVERY:
                mine.update(due_at=now() + LEASE)
                told = monotonic()

    with alone(area, wait=False) as has_it:
        if has_it:
            actions.keep_up_walks(Actor.system("worker"), area=area, watch=renewed)
    mine.update(due_at=now() + EVERY, attempts=0, last_error="")


LOOP = DueLoop("directory.walks", Network, look_at, lease=LEASE, batch=1)


@verb("directory.walks-asked")
def ask(actor: Actor, *, network_id: UUID) -> Job:
    """Queue the walks of a network as a job that tells its progress. Raises Forbidden, NotFound."""
    actor.require(Can.DIRECTORY_IMPORT)
    network = Network.objects.filter(id=network_id).first()
    if network is None:
        raise NotFound
    made = start(KIND, owner_id=actor.must_be_known(), network=str(network.id))
    record("directory.walks-asked", about=network)
    return made


@job(KIND)
def compute(run: Run) -> None:
    """Bring the walks up to date, telling how many services and buildings are done; a killed run goes on where it stopped."""
    area = Network.objects.get(id=UUID(run.params["network"]))
    while True:
        with alone(area, wait=False) as has_it:
            if has_it:
                actions.keep_up_walks(Actor.system("job"), area=area, watch=partial(_steps, run))
                return
        run.step(run.job.done, run.job.total)
        sleep(_WAIT)


def _steps(run: Run, things: Iterable[Any]) -> Iterator[Any]:
    units = list(things)
    before, told = run.job.done, monotonic()
    total = before + len(units)
    run.step(before, total)
    for done, unit in enumerate(units, before + 1):
        yield unit
        if monotonic() - told > _TOLD_EVERY:
            run.step(done, total)
            told = monotonic()
    run.step(total, total)


def register_loop() -> None:
    """Have the worker look at the networks."""
    register(LOOP)
