"""The directory's pages: a resident corrects, a provider proposes, an officer decides, an administrator sends sheets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backend.core import jobs
from backend.core.clock import BEIJING, now
from backend.directory.models import Application, Closure, Correction, Membership, Proposal, Service, ServiceAtLocation
from backend.people.models import StaffInvitation
from tests.cast import Cast, Member
from tests.directory.intake.books import csv_bytes, row
from tests.directory.intake.conftest import keeper, shop
from tests.tickets.drawn import drawn
from tests.web.conftest import Browser

__all__ = ["keeper", "shop"]
pytestmark = pytest.mark.django_db(transaction=True)
OWN = reverse("web:work")
BrowserOf = Callable[..., Browser]


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def test_a_resident_corrects_and_an_officer_puts_it_right(
    cast: Cast, shop: ServiceAtLocation, browser_of: BrowserOf
) -> None:
    wang, officer = browser_of(cast.wang), browser_of(cast.community_worker)
    assert "信息有误" in text(wang.get(f"/app/services/{shop.id}"))
    photo = SimpleUploadedFile("a.jpg", drawn().getvalue())
    sent = wang.post(
        f"/app/services/{shop.id}/correct", {"kind": "phone", "text": "电话换成 010-65559999", "photos": photo}
    )
    assert sent["Location"] == f"/app/services/{shop.id}"
    one = Correction.objects.get()
    queue = text(officer.get("/desk/directory"))
    assert "电话换成" in queue
    assert "010-65550000" in queue
    assert "王" not in queue.split("电话换成")[1][:2000]
    picture = one.pictures.get()
    assert officer.get(f"/directory/photos/{picture.id}").content.startswith(b"\xff\xd8")
    assert browser_of(cast.neighbour).get(f"/directory/photos/{picture.id}").status_code == 404
    officer.post(f"/desk/directory/corrections/{one.id}/approve", {"phone": "010-65559999"})
    shop.refresh_from_db()
    assert shop.phone == "010-65559999"
    mine = text(wang.get("/app/corrections"))
    assert "已通过" in mine
    assert "1 处" in mine


def test_doubt_is_shown_on_the_service(cast: Cast, shop: ServiceAtLocation, browser_of: BrowserOf) -> None:
    for who in (cast.wang, cast.neighbour, cast.outsider):
        browser = browser_of(who)
        browser.get(f"/app/services/{shop.id}")
        browser.post(f"/app/services/{shop.id}/correct", {"kind": "closed"})
    assert "可能已关闭" in text(browser_of(cast.wang).get(f"/app/services/{shop.id}"))
    officer = browser_of(cast.community_worker)
    queue = text(officer.get("/desk/directory"))
    assert "3 人反映" in queue
    officer.post(f"/desk/directory/corrections/{Correction.objects.first().id}/approve")  # type: ignore[union-attr]
    assert Service.objects.get(id=shop.service_id).status == "defunct"


def test_a_provider_applies_and_sets_up_the_work_login(cast: Cast, browser_of: BrowserOf) -> None:
    wang, officer = browser_of(cast.wang), browser_of(cast.community_worker)
    form = {
        "name": "演示·和顺家政",
        "category": "housekeeping",
        "phone": "010-65551234",
        "community": str(cast.community.id),
    }
    assert "申请成为服务商" in text(wang.get(reverse("web:work-apply")))
    wang.post(reverse("web:work-apply"), form | {"photos": SimpleUploadedFile("a.jpg", drawn().getvalue())})
    made = Application.objects.get()
    assert "和顺家政" in text(officer.get("/desk/directory"))
    officer.post(f"/desk/directory/applications/{made.id}/approve")
    assert Membership.objects.filter(person=cast.wang.user).exists()
    page = text(wang.get(OWN))
    assert "和顺家政" in page
    answer = wang.post(reverse("web:work-login"))
    assert "#" in answer["Location"]
    assert StaffInvitation.objects.filter(user=cast.wang.user, used_at=None).exists()


def test_a_member_proposes_and_closes_for_a_while(
    cast: Cast, keeper: Member, shop: ServiceAtLocation, browser_of: BrowserOf
) -> None:
    me, officer = browser_of(keeper), browser_of(cast.community_worker)
    page = text(me.get(f"{OWN}/{shop.service_id}"))
    assert "010-65550000" in page
    me.post(
        f"{OWN}/{shop.service_id}",
        {"phone": "010-65558888", "hours": "Mo-Su 08:00-20:00", "name": "演示·晨光菜店"},
    )
    one = Proposal.objects.get()
    assert one.wanted == {"phone": "010-65558888"}
    queue = text(officer.get("/desk/directory"))
    assert "<ins>010-65558888</ins>" in queue
    officer.post(f"/desk/directory/proposals/{one.id}/refuse", {"reason": "请用座机"})
    assert "请用座机" in text(me.get(OWN))
    day = f"{(now() + timedelta(days=2)).astimezone(BEIJING):%Y-%m-%d}"
    me.post(f"{OWN}/{shop.service_id}/pause", {"until": day, "kind": "renovation"})
    closure = Closure.objects.get()
    assert "恢复营业" in text(me.get(f"{OWN}/{shop.service_id}"))
    me.post(f"{OWN}/{shop.service_id}/pause/{closure.id}/end")
    closure.refresh_from_db()
    assert closure.ended_at is not None
    own = Membership.objects.get(person=keeper.user).organization_id
    form = {"category": "breakfast", "name": "演示·晨光早餐", "lon": "116.4605", "lat": "39.9075", "crs": "wgs84"}
    assert me.post(reverse("web:work-new", args=[own]), form)["Location"] == OWN
    assert Proposal.objects.filter(is_new=True).exists()
    assert "晨光早餐" in text(officer.get("/desk/directory"))


def test_an_administrator_sends_looks_at_and_writes_a_sheet(cast: Cast, browser_of: BrowserOf) -> None:
    admin = browser_of(cast.admin)
    assert "下载模板" in text(admin.get("/desk/directory/sheets"))
    file = SimpleUploadedFile("服务.csv", csv_bytes([row("1"), row("2", "")], encoding="gb18030"))
    page = admin.post("/desk/directory/sheets", {"file": file})["Location"]
    jobs.LOOP.drain()
    seen = text(admin.get(page))
    assert "第 3 行" in seen
    assert "必须填写" in seen
    assert "2 行：1 行可写入，1 行有误" in seen
    assert admin.get(f"{page}/report.csv").content.startswith(b"\xef\xbb\xbf")
    admin.post(f"{page}/apply", {"skip_bad": "1"})
    jobs.LOOP.drain()
    assert "新增 1" in text(admin.get(page))
    assert Service.objects.filter(external_id="1").exists()
    assert browser_of(cast.community_worker).get("/desk/directory/sheets").status_code == 403


def test_a_form_takes_no_datum_that_nobody_chose(
    keeper: Member, shop: ServiceAtLocation, browser_of: BrowserOf
) -> None:
    me = browser_of(keeper)
    page = text(me.get(f"{OWN}/{shop.service_id}"))
    assert page.index('<option value="">') < page.index('<option value="gcj02">')
    me.post(f"{OWN}/{shop.service_id}", {"lon": "116.46", "lat": "39.91", "crs": ""})
    assert not Proposal.objects.exists()
