"""The pages of homes: a claim with a picture, decisions, letting; all by plain forms."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from backend.people.models import ClaimEvidence, HomeInvitation, Residency
from tests.cast import Cast
from tests.pictures import jpeg_with_a_place
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)
BrowserOf = Callable[..., Browser]


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", ["/app/homes", "/app/homes/new", "/app/family"])
def test_a_resident_opens_them_in_both_languages(cast: Cast, browser_of: BrowserOf, path: str, language: str) -> None:
    assert browser_of(cast.wang, language).get(path).status_code == 200


def test_a_home_is_claimed_step_by_step_with_a_picture(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.outsider)
    assert "演示一号院" in text(browser.get("/app/homes/new?place=一号"))
    assert "1号楼" in text(browser.get(f"/app/homes/new?compound={cast.compound.id}"))
    at = f"/app/homes/new?compound={cast.compound.id}&building={cast.building.id}"
    assert str(cast.home.id) in text(browser.get(at))
    picture = BytesIO(jpeg_with_a_place(200, 150))
    picture.name = "deed.jpg"
    form = {"home": str(cast.home.id), "relation": "tenant", "evidence": "合同 42 号", "pictures": picture}
    assert browser.post("/app/homes/new", form)["Location"] == "/app/homes"
    kept = ClaimEvidence.objects.get()
    page = text(browser.get("/app/homes"))
    assert "等待确认" in page
    shown = browser.get(f"/homes/{cast.home.id}/claims/{kept.residency_id}/evidence/{kept.id}")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert browser_of(cast.neighbour).get(shown.request["PATH_INFO"]).status_code == 404


def test_an_owner_decides_on_her_own_page(cast: Cast, browser_of: BrowserOf) -> None:
    claim = Residency.objects.get(user=cast.pending.user)
    browser = browser_of(cast.wang)
    page = text(browser.get(f"/app/homes/{cast.home.id}/residents"))
    assert "待**" in page
    assert "待确认丙" not in page
    browser.post(f"/app/homes/{cast.home.id}/claims/{claim.id}/confirm", {"until": "2027-05-31"})
    claim.refresh_from_db()
    assert claim.state == "confirmed"
    assert claim.until is not None
    assert claim.until.isoformat() == "2027-05-31T16:00:00+00:00"
    assert "2027-05-31" in text(browser.get(f"/app/homes/{cast.home.id}/residents"))
    browser.post(f"/app/homes/{cast.home.id}/residents/{claim.id}/end", {"reason": "lease_over"})
    claim.refresh_from_db()
    assert claim.state == "ended"


@pytest.mark.parametrize("who", ["pending", "neighbour", "manager"])
def test_the_holders_page_is_the_holders(cast: Cast, browser_of: BrowserOf, who: str) -> None:
    assert browser_of(cast[who]).get(f"/app/homes/{cast.home.id}/residents").status_code == 404


def test_a_tenant_is_invited_and_says_yes(cast: Cast, browser_of: BrowserOf) -> None:
    owner, tenant = browser_of(cast.wang), browser_of(cast.outsider)
    owner.get(f"/app/homes/{cast.home.id}/residents")
    form = {"name": "小刘", "phone": cast.outsider.phone, "until": "2027-12-31"}
    owner.post(f"/app/homes/{cast.home.id}/occupancy", form)
    offer = HomeInvitation.objects.get()
    assert "房东为您登记了租住" in text(tenant.get("/app/homes"))
    tenant.post(f"/app/homes/offers/{offer.id}/accept")
    assert cast.home.id in cast.outsider.actor.homes
    owner.post(f"/app/homes/{cast.home.id}/occupancy/{offer.id}/end")
    assert cast.home.id not in cast.outsider.actor.homes


def test_moving_out_is_one_form(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/homes")
    lived = Residency.objects.get(user=cast.wang.user)
    browser.post(f"/app/homes/{lived.id}/end")
    assert "还没有登记住址" in text(browser.get("/app/homes"))


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 200),
        ("community_worker", 200),
        ("dispatcher", 200),
        ("technician", 403),
        ("wang", 403),
    ],
)
def test_the_desks_people_open_by_role(cast: Cast, browser_of: BrowserOf, who: str, status: int) -> None:
    for language in ("zh-CN", "en"):
        assert browser_of(cast[who], language).get("/desk/people").status_code == status


def test_the_desk_decides_claims(cast: Cast, browser_of: BrowserOf) -> None:
    claim = Residency.objects.get(user=cast.pending.user)
    browser = browser_of(cast.manager)
    page = text(browser.get("/desk/people"))
    assert "待**" in page
    assert cast.pending.phone not in page
    assert "待**" not in text(browser_of(cast.other_community_worker).get("/desk/people"))
    path = f"/desk/people/claims/{cast.home.id}/{claim.id}/reject"
    assert browser.post(path, {"reason": "wrong_home"}).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.ended_why) == ("rejected", "wrong_home")
    assert "房号不对" in text(browser_of(cast.pending).get("/app/homes"))


def test_the_desk_enrols_finds_shows_and_ends(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.community_worker)
    at = f"/desk/people/new?compound={cast.compound.id}&building={cast.building.id}"
    assert browser.get(at).status_code == 200
    form = {"home": str(cast.home.id), "name": "孙爷爷", "relation": "family", "phone": "13700000005", "elder": "1"}
    assert browser.post(at, form).status_code == 422  # nobody witnessed it
    made = browser.post(at, form | {"witnessed": "1"})
    page = text(browser.get(made["Location"]))
    assert "孙**" in page
    assert "孙爷爷" not in page
    found = browser.post("/desk/people", {"kind": "phone", "number": "13700000005"})
    assert "孙**" in text(found)
    assert "13700000005" not in found.request["QUERY_STRING"]
    revealed = text(browser.post(f"{made['Location']}/reveal", {"reason": "visit"}))
    assert "孙爷爷" in revealed
    assert "孙爷爷" not in text(browser.get(made["Location"]))
    power = {"phone": cast.outsider.phone, "power": ["pay"], "until": "2027-05-01", "witnessed": "1"}
    browser.post(f"{made['Location']}/delegations", power)
    assert "窗口当面同意" in text(browser.get(made["Location"]))
    assert browser_of(cast.other_community_worker).get(made["Location"]).status_code == 404


def test_a_form_that_says_nothing_is_refused_in_words(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.wang)
    browser.get("/app/family")
    browser.post("/app/family/give", {"phone": "12", "until": "tomorrow"})
    assert "日期不正确" in text(browser.get("/app/family"))
    browser.post("/app/family/give", {"phone": "12", "until": "2027-05-01", "power": ["pay"]})
    assert "手机号格式不正确" in text(browser.get("/app/family"))
