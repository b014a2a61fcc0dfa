"""What changes the directory."""

from collections.abc import Sequence
from uuid import UUID

from backend.core.verb import record, verb
from backend.directory import keeping, walk_times
from backend.directory import network as networks
from backend.directory.keeping import Counts
from backend.directory.models import Network
from backend.directory.osm.extract import Extract
from backend.directory.places import Place
from backend.directory.walk_times import Outcome, Watch
from backend.people.actor import Actor
from backend.people.roles import Can


@verb("directory.network-kept")
def keep_network(actor: Actor, *, name: str, extract: Extract) -> Network:
    """Keep the streets of an extract under a name. Raises Invalid if there is nothing to walk on."""
    actor.require(Can.DIRECTORY_IMPORT)
    lonlat, tails, heads, factors = extract.network()
    network = networks.save_arrays(name, lonlat, tails, heads, factors)
    record("directory.network-kept", about=network, version=network.version)
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


@verb("directory.walks-computed")
def compute_walks(actor: Actor, *, network_id: UUID, watch: Watch = iter) -> Outcome:
    """Compute the walks from every building of an area to every service within 15 minutes."""
    actor.require(Can.DIRECTORY_IMPORT)
    area = Network.objects.get(pk=network_id)
    outcome = walk_times.recompute(area, watch)
    record("directory.walks-computed", about=area, buildings=outcome.buildings, walks=outcome.walks)
    return outcome
