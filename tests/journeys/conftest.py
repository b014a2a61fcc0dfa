from collections.abc import Iterator

import pytest

from tests import seeded
from tests.environment import SHARED, WORKER
from tests.living import District


@pytest.fixture(scope="session")
def district() -> Iterator[District]:
    """One living district for all journeys of this run, in a home of its own that the next run fills anew."""
    running = District.start(seeded.district(SHARED / "districts" / WORKER))
    yield running
    running.stop()
