"""The operator's page: found by phone, with the reasons, sent again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.core.clock import now
from notifications import addresses
from notifications.deliveries import Delivery
from tests.cast import Cast, Http
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_finds_by_phone_shows_why_and_sends_again(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    report = {"category": "noise", "text": "深夜施工", "home_id": str(cast.home.id)}
    assert Http(cast.wang).post("/tickets", report).status_code == 201
    address = addresses.add(cast.wang.id, addresses.SMS, cast.wang.phone)
    dead = Delivery.objects.create(
        person_id=cast.wang.id,
        address_id=address.id,
        channel="sms",
        topic="ticket.reported",
        state="dead",
        reason="tried too long",
        at=now(),
    )
    desk = browser_of(cast.admin)
    assert "投递记录" in desk.get("/desk/deliveries").content.decode()
    shown = desk.post("/desk/deliveries/search", {"phone": cast.wang.phone}).content.decode()
    assert "not sent: no address for this" in shown
    assert "tried too long" in shown
    assert cast.wang.phone not in shown.replace('name="phone"', "")
    assert "没有您可查看的人" in desk.post("/desk/deliveries/search", {"phone": "13900009999"}).content.decode()
    assert desk.post(f"/desk/deliveries/{dead.id}/replay").status_code == 302
    dead.refresh_from_db()
    assert dead.state == "queued"
    assert browser_of(cast.manager).get("/desk/deliveries").status_code == 403
