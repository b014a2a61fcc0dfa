"""Rows of the walking networks: for whoever may import."""

from __future__ import annotations

from backend.directory import network as networks
from tests.cast import Cast
from tests.directory.conftest import at
from tests.permissions.call import Call

IMPORTERS = {
    "anonymous": 401,
    "wang": 403,
    "outsider": 403,
    "manager": 403,
    "community_worker": 403,
    "subdistrict_officer": 403,
    "district_officer": 403,
    "auditor": 403,
    "admin": 200,
}

ROWS: dict[str, dict[str, int]] = {
    "GET /directory/networks": IMPORTERS,
    "POST /directory/networks/{network_id}/walks": {
        who: 201 if told == 200 else told for who, told in IMPORTERS.items()
    },
}


def _network(cast: Cast) -> Call:
    return Call(path={"network_id": networks.save("quarter", [at(0, 0), at(100, 0)], [(0, 1, 1.0)]).id})


CALLS = {
    "GET /directory/networks": lambda cast: Call(),
    "POST /directory/networks/{network_id}/walks": _network,
}
