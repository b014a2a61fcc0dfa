"""An extract brought in by a job that an administrator asked for."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core import jobs
from backend.directory.models import Network, Service
from backend.env import env
from tests.cast import Cast
from tests.directory.test_import_osm import STREET, node, write


@pytest.fixture
def folder() -> Any:
    made = env.home / "osm"
    made.mkdir(parents=True, exist_ok=True)
    yield made
    for file in made.iterdir():
        file.unlink()


def test_a_file_of_the_operators_comes_in_with_progress(cast: Cast, client_for: Any, folder: Any) -> None:
    write(folder / "quarter.osm.pbf", *STREET, node(9, 1, shop="bakery", name="饼"))
    admin = client_for(cast.admin)
    asked = admin.post("/directory/osm-imports", {"file": "quarter.osm.pbf", "timezone": "Asia/Shanghai"})
    assert asked.status_code == 201, asked.content
    jobs.LOOP.drain()
    seen = admin.get(f"/jobs/{asked.json()['id']}").json()
    assert (seen["state"], seen["done"], seen["total"]) == ("done", 4, 4)
    assert Service.objects.get(source="osm").name == "饼"
    assert Network.objects.filter(name="quarter").exists()


def test_a_broken_file_ends_the_job_with_its_reason(cast: Cast, client_for: Any, folder: Any) -> None:
    (folder / "broken.osm.pbf").write_bytes(b"nothing")
    admin = client_for(cast.admin)
    asked = admin.post("/directory/osm-imports", {"file": "broken.osm.pbf"}).json()
    jobs.LOOP.drain()
    seen = admin.get(f"/jobs/{asked['id']}").json()
    assert (seen["state"], seen["error"]) == ("failed", "extract-unreadable")


@pytest.mark.parametrize("name", ["../../etc/passwd", "missing.osm.pbf", ".hidden", "a/b.pbf", ""])
def test_only_files_that_are_there_by_their_plain_name(cast: Cast, client_for: Any, name: str) -> None:
    assert client_for(cast.admin).post("/directory/osm-imports", {"file": name}).status_code == 422
