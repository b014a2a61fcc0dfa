"""The desk: one takes an alarm, the other reads who did; names and numbers only for those who help."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.core.ids import uuid7
from backend.emergency import actions
from backend.emergency.models import Incident
from backend.people.models import Duty
from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


def opened(cast: Cast) -> Incident:
    return actions.raise_alarm(cast.wang.actor, id=uuid7(), kind="sos").incident


def test_the_queue_shows_what_waits_most_urgent_first(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    actions.raise_alarm(cast.neighbour.actor, id=uuid7(), kind="water")
    opened(cast)
    page = browser_of(cast.dispatcher).get("/desk").content.decode()
    assert page.index("王奶奶") < page.index("邻居甲")
    assert f"desk:{cast.community.id}" in page


def test_one_takes_it_and_the_other_is_told_who(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    incident = opened(cast)
    path = f"/desk/incidents/{incident.id}"
    first, second = browser_of(cast.dispatcher), browser_of(cast.second_dispatcher)
    first.get("/desk")
    second.get("/desk")
    taken = first.hx(f"{path}/acknowledge")
    assert taken.status_code == 200
    assert 'id="incident-forms"' in taken.content.decode()
    late = second.hx(f"{path}/acknowledge")
    assert late.status_code == 409
    assert "已由他人接手" in late.content.decode()
    assert late["X-Said"]
    seen = second.get(path).content.decode()
    assert "工作人员dispatcher" in seen
    assert 'id="incident-forms"' not in seen


def test_a_phone_is_whole_only_for_who_has_taken_it(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    incident = opened(cast)
    browser = browser_of(cast.dispatcher)
    assert cast.wang.phone not in browser.get(f"/desk/incidents/{incident.id}").content.decode()
    browser.get("/desk")
    browser.hx(f"/desk/incidents/{incident.id}/acknowledge")
    assert cast.wang.phone in browser.get(f"/desk/incidents/{incident.id}").content.decode()


def test_resolve_needs_a_disposition_and_ends_it(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    incident = opened(cast)
    path = f"/desk/incidents/{incident.id}"
    browser = browser_of(cast.dispatcher)
    browser.get("/desk")
    browser.hx(f"{path}/acknowledge")
    assert browser.hx(f"{path}/resolve", {"disposition": ""}).status_code == 409
    refused = browser.hx(f"{path}/resolve", {"disposition": "no_contact"})
    assert "120" in refused.content.decode()
    assert browser.hx(f"{path}/call", {"to": "120", "result": "handed_over", "reference": "120-88"}).status_code == 200
    assert browser.hx(f"{path}/resolve", {"disposition": "real"}).status_code == 200
    incident.refresh_from_db()
    assert (incident.state, incident.disposition) == ("resolved", "real")


@pytest.mark.parametrize(
    ("who", "status"), [("wang", 404), ("neighbour", 404), ("manager", 404), ("other_community_worker", 404)]
)
def test_an_alarm_is_out_of_sight_for_those_who_do_not_help(
    cast: Cast, browser_of: Callable[..., Browser], who: str, status: int
) -> None:
    incident = opened(cast)
    browser = browser_of(cast[who])
    assert browser.get(f"/desk/incidents/{incident.id}").status_code == status
    browser.get("/app/sos")
    assert browser.hx(f"/desk/incidents/{incident.id}/acknowledge").status_code == 409
    incident.refresh_from_db()
    assert incident.state == "open"


def test_duty_begins_and_ends(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.dispatcher)
    browser.get("/desk")
    assert browser.post("/desk/duty", {"duty": "start"}).status_code == 302
    assert Duty.objects.filter(user=cast.dispatcher.user, ended_at=None).count() == 1
    browser.post("/desk/duty", {"duty": "end"})
    assert not Duty.objects.filter(ended_at=None).exists()
