"""Acting for somebody on the pages: only where a power opens them, always said, ended with the power."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.emergency import actions as emergency
from backend.people import delegations
from backend.people.models import Delegation
from backend.tickets.models import Ticket
from notifications import sms
from notifications.deliveries import Delivery
from tests.cast import Cast
from tests.payments import books
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)
BrowserOf = Callable[..., Browser]


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def give(cast: Cast, *powers: str) -> Delegation:
    until = now() + timedelta(days=30)
    return delegations.give(
        cast.wang.actor, person_id=cast.wang.id, powers=powers, until=until, delegate=cast.outsider.id
    )


def acting(cast: Cast, browser_of: BrowserOf) -> Browser:
    browser = browser_of(cast.outsider)
    browser.get("/app/family")
    assert browser.post("/app/family/act", {"person": str(cast.wang.id)})["Location"] == "/app"
    return browser


def test_a_delegate_sees_the_persons_bills_and_is_told_for_whom(cast: Cast, browser_of: BrowserOf) -> None:
    books.electricity(cast.home)
    give(cast, "pay")
    assert "没有待缴的账单" in text(browser_of(cast.outsider).get("/app/bills"))
    browser = acting(cast, browser_of)
    home = text(browser.get("/app"))
    assert "正在替 王奶奶 办理" in home
    assert "替 王奶奶 办理" in home
    assert "报修和反映" not in home
    bills = text(browser.get("/app/bills"))
    assert "正在替 王奶奶 办理" in bills
    assert "149.49" in bills
    assert "这一页是您自己的" in text(browser.get("/app/inbox"))


def test_a_page_without_its_power_is_refused(cast: Cast, browser_of: BrowserOf) -> None:
    give(cast, "pay")
    browser = acting(cast, browser_of)
    refused = browser.get("/app/tickets")
    assert refused.status_code == 403
    assert "没有代办此人事务的授权" in text(refused)
    form = {"category": "home-water", "text": "水管漏水"}
    browser.get("/app/bills")
    assert browser.post("/app/tickets/new", form).status_code in {302, 403}
    assert not Ticket.objects.exists()


def test_a_delegate_reports_in_the_persons_name(cast: Cast, browser_of: BrowserOf) -> None:
    give(cast, "report")
    browser = acting(cast, browser_of)
    page = text(browser.get("/app/tickets/new?category=home-water"))
    assert "演示一号院" in page
    made = re.search(r'name="id" value="([^"]+)"', page)
    assert made
    browser.post("/app/tickets/new", {"id": made[1], "category": "home-water", "text": "水管漏水"})
    assert Ticket.objects.get().reporter_id == cast.wang.id


def test_calls_for_help_show_with_their_power(cast: Cast, browser_of: BrowserOf) -> None:
    give(cast, "see_alarms")
    emergency.raise_alarm(cast.wang.actor, id=uuid7(), kind="sos")
    browser = acting(cast, browser_of)
    assert "紧急求助" in text(browser.get("/app/family/alarms"))
    assert browser_of(cast.neighbour).get("/app/family/alarms").status_code == 302


def test_it_ends_with_the_power_at_the_next_request(cast: Cast, browser_of: BrowserOf) -> None:
    books.electricity(cast.home)
    give(cast, "pay")
    browser = acting(cast, browser_of)
    elder = browser_of(cast.wang)
    page = text(elder.get("/app/family"))
    assert "全部取消" in page
    assert "button-alarm" in page
    elder.post("/app/family/end-all")
    after = text(browser.get("/app/bills"))
    assert "没有待缴的账单" in after
    assert "王奶奶" not in after
    assert "没有人能替您办事" in text(elder.get("/app/family"))


def test_one_goes_back_to_oneself(cast: Cast, browser_of: BrowserOf) -> None:
    give(cast, "pay")
    browser = acting(cast, browser_of)
    browser.get("/app/bills")
    browser.post("/app/family/stop")
    assert "王奶奶" not in text(browser.get("/app/bills"))


def test_nobody_acts_without_a_power(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.outsider)
    browser.get("/app/family")
    browser.post("/app/family/act", {"person": str(cast.wang.id)})
    assert "王奶奶" not in text(browser.get("/app"))


def test_a_child_asks_and_types_the_code(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.outsider)
    browser.get("/app/family")
    browser.post("/app/family/ask", {"phone": cast.wang.phone, "power": ["pay"], "until": "2027-05-01"})
    page = browser.get("/app/family")
    assert 'autocomplete="one-time-code"' in text(page)
    code = sms.opened_letter(Delivery.objects.get(topic="delegation.code")).params["code"]
    browser.post("/app/family/confirm", {"code": code})
    assert "王奶奶" in text(browser.get("/app/family"))


def test_a_call_for_help_while_acting_is_ones_own(cast: Cast, browser_of: BrowserOf) -> None:
    give(cast, "pay")
    browser = acting(cast, browser_of)
    browser.get("/app/sos")
    browser.post("/app/sos", {"id": str(uuid7())})
    from backend.emergency.models import Incident

    assert Incident.objects.get().person_id == cast.outsider.id
