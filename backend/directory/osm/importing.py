"""An extract brought in, stage by stage: read, streets, services in pieces, those gone, walks. Each stage is a verb of its own.

Every stage finds what an earlier run has done and does the rest, so an import that was killed is run again and goes on from
there. What is gone is closed last, when every service of the file has been told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from backend.core.errors import Conflict
from backend.core.verb import record, verb
from backend.directory import actions, keeping
from backend.directory.keeping import Counts
from backend.directory.models import Network
from backend.directory.osm import extract as osm
from backend.directory.osm.boundary import Boundary
from backend.directory.osm.clock import clock_of
from backend.directory.osm.division import within_division
from backend.directory.places import Place
from backend.directory.walk_times import Outcome
from backend.people.actor import Actor
from backend.people.roles import Can

SOURCE = "osm"
PIECE = 2000
STAGES = ("reading", "streets", "services", "walking")

Watch = Callable[[str, Iterable[Any], int | None], Iterable[Any]]
"""(stage, things, how many if that is known) → the same things; a progress bar or a job's steps."""


class ImportRunning(Conflict):
    """This area is being imported now; wait until that has ended."""

    code, zh = "import-running", "该区域正在导入，请等待完成"


@dataclass(frozen=True)
class Wish:
    """What to import. `name` is the area's (default: the division's code, else the file's name)."""

    file: Path
    boundary: Path | None = None
    division: str | None = None
    name: str | None = None
    timezone: str | None = None

    @property
    def area(self) -> str:
        return self.name or self.division or self.file.name.removesuffix(".pbf").removesuffix(".osm")


@dataclass(frozen=True)
class Done:
    """What an import did."""

    network: Network
    read: int
    timezone: str
    walks: Outcome
    problems: dict[str, int]
    counts: Counts = field(default_factory=Counts)


def _unseen(stage: str, things: Iterable[Any], total: int | None) -> Iterable[Any]:
    return things


def bring_in(actor: Actor, wish: Wish, watch: Watch = _unseen) -> Done:
    """Import an extract (a conductor of verbs). Raises Invalid, ImportRunning, Forbidden."""
    actor.require(Can.DIRECTORY_IMPORT)
    boundary = Boundary.read(wish.boundary) if wish.boundary else None
    with _alone(wish.area):
        extract = osm.read(wish.file, boundary, lambda things: watch("reading", things, None))
        places = within_division(extract.places, wish.division)
        timezone = wish.timezone or clock_of(extract)
        for _ in watch("streets", range(1), 1):
            network = actions.keep_network(actor, name=wish.area, extract=extract)
        counts = Counts()
        pieces = [places[start : start + PIECE] for start in range(0, len(places), PIECE)]
        for piece in watch("services", pieces, len(pieces)):
            counts.add(keep_piece(actor, network_id=network.id, places=piece, timezone=timezone))
        told = {place.external_id for place in places}
        counts = finish(actor, network_id=network.id, told=told, counts=counts)
        walks = actions.compute_walks(actor, network_id=network.id, watch=lambda things: watch("walking", things, None))
    return Done(network, len(places), timezone, walks, dict(extract.problems), counts)


@verb("directory.piece-kept", audited=False)
def keep_piece(actor: Actor, *, network_id: UUID, places: Sequence[Place], timezone: str) -> Counts:
    """Make and change the services of one piece; nothing is closed."""
    actor.require(Can.DIRECTORY_IMPORT)
    area = Network.objects.select_for_update().get(pk=network_id)
    return keeping.tell(places, source=SOURCE, area=area, timezone=timezone)


@verb("directory.services-kept")
def finish(actor: Actor, *, network_id: UUID, told: set[str], counts: Counts) -> Counts:
    """Close what the extract does not tell of any more; the whole import's counts go into the audit."""
    actor.require(Can.DIRECTORY_IMPORT)
    area = Network.objects.select_for_update().get(pk=network_id)
    closed = keeping.close_missing(told, source=SOURCE, area=area)
    whole = Counts(counts.created, counts.updated, counts.unchanged, closed)
    record("directory.services-kept", about=area, created=whole.created, updated=whole.updated, closed=whole.closed)
    return whole


@contextmanager
def _alone(area: str) -> Iterator[None]:
    """One import of an area at a time; a lock of this connection, gone with it when the process dies. Raises ImportRunning."""
    key = f"directory.import:{area}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        (free,) = cursor.fetchone() or (False,)
    if not free:
        raise ImportRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
