"""The three journeys by hand: two or three browsers at once, against real processes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.web.site import DESK, Visitor

pytestmark = pytest.mark.browser
SOON = 10_000
TONES = """() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...given) { window.tones += 1; return start.apply(this, given); };
}"""


def enter(one: Visitor, name: str) -> Page:
    one.goes("/demo")
    one.page.locator("form.person", has_text=name).first.get_by_role("button").click()
    one.page.wait_for_load_state()
    return one.page


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "#8a5").save(buffer, "JPEG")
    return buffer.getvalue()


def linked(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-link", "up", timeout=SOON)


def resolve_open(page: Page, who: str) -> None:
    """Leave no open call of this person behind."""
    row = page.locator('[data-incident]:not([data-state="resolved"])', has_text=who)
    while row.count():
        row.first.click()
        page.wait_for_selector("[data-open]")
        if page.locator('[data-key="a"]').count():
            page.locator('[data-key="a"]').click()
        page.locator("#disposition").wait_for(timeout=SOON)
        page.locator("#disposition").select_option("accidental")
        page.locator("#incident-forms form").last.get_by_role("button").click()
        expect(page.locator("#disposition")).to_have_count(0, timeout=SOON)
        page.goto("/desk")


def test_a_call_for_help_is_heard_answered_and_ended(visitor: Callable[..., Visitor]) -> None:
    desk, phone = visitor(viewport=DESK), visitor()
    desk.context.add_init_script(f"({TONES})()")
    at_desk = enter(desk, "许诺")
    resolve_open(at_desk, "李大爷")
    linked(at_desk)
    in_hand = enter(phone, "李大爷")
    linked(in_hand)
    button = in_hand.locator("[data-hold]")
    button.hover()
    in_hand.mouse.down()
    in_hand.wait_for_timeout(3300)
    in_hand.mouse.up()
    expect(in_hand.locator(".alarm-said")).to_be_visible(timeout=SOON)
    row = at_desk.locator('[data-incident][data-state="open"][data-priority="P1"]', has_text="李大爷")
    expect(row).to_have_count(1, timeout=SOON)
    at_desk.wait_for_timeout(7000)
    assert at_desk.evaluate("window.tones") >= 12, "a P1 sounds, and again while nobody takes it"
    row.click()
    expect(at_desk.locator(".incident-name")).to_have_text("李大爷")
    assert at_desk.url.endswith(row.get_attribute("data-incident") or "?")
    at_desk.keyboard.press("a")
    expect(at_desk.locator("#incident-forms")).to_be_visible(timeout=SOON)
    expect(in_hand.locator(".alarm-live")).to_contain_text("许诺", timeout=SOON)
    at_desk.locator("#note").fill("已通话，本人无碍")
    at_desk.locator("form", has=at_desk.locator("#note")).get_by_role("button").click()
    expect(at_desk.locator(".timeline")).to_contain_text("本人无碍", timeout=SOON)
    at_desk.locator("#disposition").select_option("accidental")
    at_desk.locator("form", has=at_desk.locator("#disposition")).get_by_role("button").click()
    expect(in_hand.locator("[data-hold]")).to_be_visible(timeout=15_000)


def test_a_tap_asks_first_and_a_cancel_becomes_a_call_back(visitor: Callable[..., Visitor]) -> None:
    desk, phone = visitor(viewport=DESK), visitor()
    at_desk = enter(desk, "许诺")
    resolve_open(at_desk, "孙晴")
    in_hand = enter(phone, "孙晴")
    in_hand.locator("[data-hold]").click()
    expect(in_hand.locator("#sos-dialog")).to_be_visible()
    in_hand.locator("#sos-dialog [data-closes]").click()
    expect(in_hand.locator("#sos-dialog")).to_be_hidden()
    in_hand.locator("[data-hold]").click()
    in_hand.locator("#sos-dialog .sos-yes").click()
    in_hand.get_by_role("button", name="我没事").click()
    row = at_desk.locator('[data-incident][data-priority="P2"]:not([data-state="resolved"])', has_text="孙晴")
    expect(row).to_have_count(1, timeout=15_000)
    resolve_open(at_desk, "孙晴")


def test_the_button_of_an_elder_and_a_desk_that_falls_silent(visitor: Callable[..., Visitor]) -> None:
    stage = visitor(viewport={"width": 1600, "height": 1000})
    page = stage.goes("/demo/stage")
    page.get_by_role("button", name=re.compile("开始")).first.click()
    at_desk, in_hand = page.frame_locator(".stage-desk iframe"), page.frame_locator(".stage-phone iframe")
    expect(at_desk.locator(".link")).to_contain_text("正常", timeout=SOON)
    page.get_by_role("button", name=re.compile("的按钮")).click()
    expect(in_hand.locator(".alarm-said")).to_be_visible(timeout=SOON)
    expect(
        at_desk.locator('[data-incident][data-priority="P1"]:not([data-state="resolved"])', has_text="王奶奶")
    ).to_have_count(1, timeout=SOON)
    page.get_by_role("button", name=re.compile("离开值班台")).click()
    expect(at_desk.locator("#left")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="重新开始").click()
    expect(at_desk.locator(".link")).to_contain_text("正常", timeout=SOON)
    other = visitor(viewport=DESK)
    resolve_open(enter(other, "许诺"), "王奶奶")


def test_the_desk_says_when_its_link_is_lost_and_misses_nothing(visitor: Callable[..., Visitor]) -> None:
    desk, phone = visitor(viewport=DESK), visitor()
    at_desk = enter(desk, "许诺")
    resolve_open(at_desk, "周舟")
    linked(at_desk)
    desk.context.set_offline(True)
    expect(at_desk.locator("#lost")).to_be_visible(timeout=SOON)
    in_hand = enter(phone, "周舟")
    in_hand.locator("[data-hold]").click()
    in_hand.locator("#sos-dialog .sos-yes").click()
    expect(in_hand.locator(".alarm-said")).to_be_visible(timeout=SOON)
    desk.context.set_offline(False)
    linked(at_desk)
    expect(at_desk.locator("#lost")).to_be_hidden()
    expect(at_desk.locator('[data-incident][data-state="open"]', has_text="周舟")).to_have_count(1, timeout=SOON)
    resolve_open(at_desk, "周舟")


def owing(one: Visitor) -> Page:
    """The bills of the first resident who still has some to pay."""
    for name in ("王奶奶", "郑方", "冯雪", "孙晴", "周舟", "吴桐", "李大爷"):
        page = enter(one, name)
        page.goto("/app/bills")
        if page.locator("[data-fen]").count():
            return page
    raise AssertionError("nobody owes anything any more")


@pytest.mark.parametrize("method", ["wechat_pay", "alipay", "card"])
def test_a_bill_is_paid_and_receipted(visitor: Callable[..., Visitor], method: str) -> None:
    one = visitor()
    page = owing(one)
    boxes = page.locator("[data-fen]")
    for number in range(1, boxes.count()):
        boxes.nth(number).uncheck()
    page.locator(f'input[value="{method}"]').check()
    page.locator(".pay-bar button").click()
    page.wait_for_url("**/app/payments/*")
    if method == "wechat_pay":
        expect(page.locator(".qr svg")).to_be_visible(timeout=SOON)
    else:
        expect(page.locator("#payment a.button-main").first).to_have_attribute(
            "href", re.compile("/pay/pi_"), timeout=SOON
        )
    page.locator(".card-flat .button-main").click()
    expect(page.locator(".banner-good")).to_be_visible(timeout=20_000)
    receipt = page.request.get(page.url + "/receipt.pdf")
    assert receipt.status == 200
    assert receipt.body().startswith(b"%PDF")
    assert one.complaints == []


def test_a_report_with_a_photo_is_worked_on_and_verified(visitor: Callable[..., Visitor]) -> None:
    home, office, road = visitor(), visitor(viewport=DESK), visitor(viewport=DESK)
    words = f"楼道灯不亮 {uuid4().hex[:8]} <script>alert(1)</script>"
    page = enter(home, "钱多")
    page.goto("/app/tickets/new?category=corridor-light")
    page.locator("#text").fill(words)
    page.locator('input[type="file"]').set_input_files({"name": "灯.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".said")).to_have_text(words)
    expect(page.locator(".photos img")).to_have_count(1)
    assert page.locator(".photos img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    number = page.url.rsplit("/", 1)[1]
    linked(page)
    manager = enter(office, "张罗")
    manager.goto(f"/desk/tickets/{number}")
    manager.get_by_role("button", name="受理").click()
    expect(page.locator("#ticket-live")).to_contain_text("已受理", timeout=SOON)
    expect(manager.get_by_role("button", name="受理")).to_have_count(0, timeout=SOON)
    manager.locator("#assignee").select_option(label="演示师傅·曹修")
    manager.locator("form", has=manager.locator("#assignee")).get_by_role("button").click()
    expect(manager.locator("#incident-live .facts")).to_contain_text("曹修", timeout=SOON)
    technician = enter(road, "曹修")
    technician.goto(f"/desk/tickets/{number}")
    technician.get_by_role("button", name="开始处理").click()
    technician.locator("#done").fill("换了灯管")
    technician.locator("#done-photos").set_input_files({"name": "好.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    technician.locator("form", has=technician.locator("#done")).get_by_role("button", name="办结").click()
    expect(technician.locator(".photos img")).to_have_count(2, timeout=SOON)
    page.get_by_role("button", name="验收：修好了").click(timeout=SOON)
    expect(page.locator("#ticket-live")).to_contain_text("已验收")
    assert [said for one in (home, office, road) for said in one.complaints] == []


def test_login_by_code_without_a_word_of_explanation(visitor: Callable[..., Visitor]) -> None:
    one = visitor(language="en")
    page = one.goes("/app/bills")
    page.locator("#phone").fill("19900000010")
    page.get_by_role("button", name="Send the code").click()
    expect(page.locator("#code")).to_be_focused()
    assert "19900000010" not in page.url
    outbox = page.request.get("/demo/outbox?to=19900000010").json()
    page.locator("#code").fill(next(one["code"] for one in outbox if one.get("code")))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/app/bills")
    page.get_by_role("button", name="Log out").click()
    expect(page.locator(".banner-good")).to_be_visible()
