"""`make story`: it tells the three journeys of a living district to their ends, in both languages."""

from __future__ import annotations

import pytest

from backend.story import alarm, demo, payment, ticket
from backend.story.client import Api
from backend.story.telling import Teller
from tests.living import District

pytestmark = [pytest.mark.xdist_group("living"), pytest.mark.kills]


def known_cast(district: District) -> demo.Cast:
    """The story's cast with the logins that other tests made already: a phone gets one code a minute."""
    cast = demo.cast(district.url, district.home)
    roles = ["resident", "dispatcher", "manager", "technician", "finance"]
    for role, position in [*((role, 0) for role in roles), ("dispatcher", 1)]:
        person = district.person(role, position)
        cast.logins[person.id] = Api(district.url, person.token, person.about["name"], person.id)
    return cast


@pytest.mark.parametrize(
    ("tell", "beginning", "end"),
    [
        (alarm.tell, "A button is pressed", "incident.resolved"),
        (payment.tell, "A reading, a bill", "debits less credits ¥0.00"),
        (ticket.tell, "A report, the work", "ticket.closed"),
    ],
    ids=["alarm", "payment", "ticket"],
)
def test_a_journey_is_told_to_its_end(
    district: District,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tell: object,
    beginning: str,
    end: str,
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL"):
        monkeypatch.delenv(name, raising=False)  # the tests' own database is not the district's
    assert callable(tell)
    tell(Teller(), known_cast(district))
    told = capsys.readouterr().out
    assert beginning in told
    assert end in told
