"""The resident's pages: the alarm is one, another's things are out of sight."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from backend.core.ids import uuid7
from backend.emergency.models import Incident
from backend.tickets.models import Ticket
from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_second_press_is_the_same_alarm(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.wang)
    form = re.search(r'name="id" value="([^"]+)"', browser.get("/app/sos").content.decode())
    assert form
    for _ in range(2):
        assert browser.post("/app/sos", {"id": form[1]})["Location"] == "/app"
    (incident,) = Incident.objects.all()
    assert (incident.kind, incident.priority, incident.person_id) == ("sos", "P1", cast.wang.id)
    page = browser.get("/app").content.decode()
    assert "正在等人接警" in page
    assert "data-hold " not in page


def test_an_alarm_is_raised_whatever_the_form_says(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.pending)
    browser.get("/app/sos")
    assert browser.post("/app/sos", {"id": "not an id"}).status_code == 302
    assert Incident.objects.get().identity == "unverified"


def test_i_am_fine_asks_for_a_call_back(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/sos")
    browser.post("/app/sos", {"id": str(uuid7())})
    incident = Incident.objects.get()
    assert browser_of(cast.neighbour).get("/app/alarm?seen=x").content.decode().count("data-hold ") == 1
    browser.post(f"/app/sos/{incident.id}/cancel")
    incident.refresh_from_db()
    assert (incident.state, incident.priority) == ("open", "P2")


def test_the_alarm_piece_says_nothing_while_nothing_changes(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    assert browser_of(cast.wang).get("/app/alarm?seen=none").status_code == 204


def test_a_report_shows_wrong_fields_and_keeps_the_words(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/tickets/new?category=home-gas")
    response = browser.post("/app/tickets/new", {"category": "home-gas", "text": "灶具打不着火"})
    assert response.status_code == 422
    assert "灶具打不着火" in response.content.decode()
    assert not Ticket.objects.exists()


def test_a_report_reaches_its_own_page_and_nobody_elses(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/tickets/new?category=home-water")
    form = {"category": "home-water", "text": "水管 <b>漏</b>", "id": str(uuid7())}
    address = browser.post("/app/tickets/new", form)["Location"]
    assert browser.post("/app/tickets/new", form)["Location"] == address
    page = browser.get(address).content.decode()
    assert "&lt;b&gt;漏&lt;/b&gt;" in page
    assert Ticket.objects.count() == 1
    assert browser_of(cast.neighbour).get(address).status_code == 404
    assert browser_of(cast.outsider).get(address).status_code == 404
    assert browser_of(cast.manager).get(address.replace("/app/", "/desk/")).status_code == 200
    assert browser_of(cast.other_company_manager).get(address.replace("/app/", "/desk/")).status_code == 404


def test_a_broken_picture_is_refused_in_words(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = browser_of(cast.wang)
    browser.get("/app/tickets/new?category=home-water")
    picture = SimpleUploadedFile("a.jpg", b"no picture", content_type="image/jpeg")
    response = browser.post("/app/tickets/new", {"category": "home-water", "text": "水管漏", "photos": picture})
    assert response.status_code == 422
    assert "无法读取这张图片" in response.content.decode()


def test_a_device_whose_login_ran_out_still_calls_for_help(cast: Cast, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of()
    browser.client.cookies["yike_sos"] = cast.wang.sos_key()
    assert "现在求助" in browser.get("/app/sos").content.decode()
    assert "求助已发出" in browser.post("/app/sos", {"id": str(uuid7())}).content.decode()
    incident = Incident.objects.get()
    assert (incident.person_id, incident.identity) == (cast.wang.id, "verified")
    assert browser.get("/app/bills").status_code == 302, "the key opens nothing else"


@pytest.mark.parametrize("key", ["", "forged"])
def test_an_unknown_device_is_given_the_numbers(browser_of: Callable[..., Browser], db: None, key: str) -> None:
    browser = browser_of()
    browser.client.cookies["yike_sos"] = key
    page = browser.get("/app/sos").content.decode()
    assert 'href="tel:120"' in page
    browser.get("/login")
    assert 'href="tel:120"' in browser.post("/app/sos").content.decode()
    assert not Incident.objects.exists()
