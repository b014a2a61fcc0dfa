"""What changes the directory."""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from backend.core.verb import hint, record, verb
from backend.directory import keeping, walk_times
from backend.directory import network as networks
from backend.directory.keeping import Counts
from backend.directory.models import Network
from backend.directory.osm import walking
from backend.directory.osm.clock import clock_of
from backend.directory.osm.extract import Extract
from backend.directory.places import Place
from backend.directory.walk_times import Outcome, Watch
from backend.people.actor import Actor
from backend.people.roles import Can


@verb("directory.network-kept")
def keep_network(actor: Actor, *, name: str, extract: Extract, timezone: str = "") -> Network:
    """Keep the streets, gates and entrances of an extract under a name; `timezone` is the clock of the gates.

    What changed is written, and marked for the walks to follow. Raises Invalid if there is nothing to walk on.
    """
    actor.require(Can.DIRECTORY_IMPORT)
    network = networks.keep(name, walking.ground(extract), timezone or clock_of(extract))
    record("directory.network-kept", about=network, version=network.version)
    hint("due:directory.walks")
    return network


@verb("directory.services-kept")
def keep_services(
    actor: Actor, *, network_id: UUID, places: Sequence[Place], source: str, timezone: str = "Asia/Shanghai"
) -> Counts:
    """Make the services of a source in an area what it tells now; those gone become defunct."""
    actor.require(Can.DIRECTORY_IMPORT)
    area = Network.objects.get(pk=network_id)
    counts = keeping.keep(places, source=source, area=area, timezone=timezone)
    record("directory.services-kept", about=area, created=counts.created, updated=counts.updated, closed=counts.closed)
    return counts


def compute_walks(actor: Actor, *, network_id: UUID, watch: Watch = iter) -> Outcome:
    """Bring the walks of an area up to date: from every building to every service within 15 minutes.

    A conductor: each piece of the work is a verb, so that a kill loses only the piece in hand.
    """
    actor.require(Can.DIRECTORY_IMPORT)
    area = Network.objects.get(pk=network_id)
    outcome = walk_times.recompute(area, watch, partial(_keep_walks, actor))
    if outcome.is_fresh:
        _note_walks(actor, area=area, rows=outcome.written)
    return outcome


def keep_up_walks(actor: Actor, *, area: Network, watch: Watch = iter) -> int:
    """Do the same without counting what is kept, for who holds the area's walks already; returns how many rows were written."""
    actor.require(Can.DIRECTORY_IMPORT)
    rows = walk_times.refresh(area, watch, partial(_keep_walks, actor))
    if rows:
        _note_walks(actor, area=area, rows=rows)
    return rows


@verb("directory.walks-kept", audited=False)
def _keep_walks(actor: Actor, work: Callable[[], int]) -> int:
    """Write one piece of the walks; their whole is audited at the end."""
    return work()


@verb("directory.walks-computed")
def _note_walks(actor: Actor, *, area: Network, rows: int) -> None:
    record("directory.walks-computed", about=area, rows=rows)
