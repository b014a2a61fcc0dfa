"""The row walls round the emergency room, without the querysets' help: as `yike_app`, in real transactions."""

import pytest

from backend.core.queries import reading
from backend.emergency import actions
from backend.emergency.models import Device, DeviceKey, Entry, Incident, Signal
from tests.cast import Cast, as_app
from tests.emergency.builders import make_device, raise_alarm

pytestmark = pytest.mark.django_db(transaction=True)
HELPERS = ["dispatcher", "second_dispatcher", "district_dispatcher", "community_worker", "district_officer", "wang"]
OTHERS = ["neighbour", "outsider", "manager", "other_community_worker", "technician", "auditor", "grid_worker"]
TABLES = (Incident, Signal, Entry, Device, DeviceKey)


@pytest.fixture
def night(cast: Cast) -> Cast:
    make_device(cast)
    incident = raise_alarm(cast.wang)
    actions.acknowledge(cast.dispatcher.actor, incident_id=incident.id)
    actions.note(cast.dispatcher.actor, incident_id=incident.id, text="x")
    return cast


def seen_by(cast: Cast, who: str) -> list[int]:
    actor = cast[who].actor
    with as_app(), reading(actor):
        return [table.objects.count() for table in TABLES]


@pytest.mark.parametrize(
    "who", ["dispatcher", "second_dispatcher", "district_dispatcher", "community_worker", "district_officer", "wang"]
)
def test_those_who_help_and_the_caller_see_the_rows(night: Cast, who: str) -> None:
    assert seen_by(night, who) == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "who", ["neighbour", "outsider", "manager", "other_community_worker", "technician", "auditor", "grid_worker"]
)
def test_others_see_none(night: Cast, who: str) -> None:
    assert seen_by(night, who) == [0, 0, 0, 0, 0]


def test_without_a_reader_there_are_no_rows(night: Cast) -> None:
    with as_app():
        assert [table.objects.count() for table in TABLES] == [0, 0, 0, 0, 0]
