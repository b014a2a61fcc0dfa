"""Alipay and WeChat Pay: what the payer is shown, and what follows."""

from __future__ import annotations

import base64
import http.client
import io
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import stripe
from PIL import Image

from tests.sandbox_process import Sandbox

ALIPAY = {
    "amount": 8800,
    "currency": "cny",
    "payment_method_types": ["alipay"],
    "payment_method_data": {"type": "alipay"},
    "return_url": "http://127.0.0.1:9/back?bill=1",
    "confirm": True,
}
WECHAT = {
    "amount": 8800,
    "currency": "cny",
    "allowed_payment_method_types": ["wechat_pay"],
    "payment_method_data": {"type": "wechat_pay"},
    "payment_method_options": {"wechat_pay": {"client": "web"}},
    "confirm": True,
}


def ask(url: str, method: str = "GET", form: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, path, urlencode(form) if form else None)
    answer = connection.getresponse()
    result = (answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return result


def test_alipay_redirects_and_the_payer_comes_back(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(ALIPAY)
    assert intent.status == "requires_action"
    action = intent.next_action.alipay_handle_redirect
    assert action.return_url == ALIPAY["return_url"]
    status, _, page = ask(action.url)
    assert status == 200
    assert "SANDBOX 沙箱" in page.decode()
    assert "88.00" in page.decode()
    status, headers, _ = ask(action.url, "POST", {"outcome": "success"})
    back = parse_qs(urlsplit(headers["location"]).query)
    assert status == 303
    assert (back["bill"], back["payment_intent"], back["redirect_status"]) == (["1"], [intent.id], ["succeeded"])
    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (paid.status, paid.latest_charge.payment_method_details.type) == ("succeeded", "alipay")


def test_alipay_needs_a_return_url(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.create({name: value for name, value in ALIPAY.items() if name != "return_url"})
    assert (caught.value.code, caught.value.param) == ("parameter_missing", "return_url")


def test_wechat_shows_a_code_that_scans(client: stripe.StripeClient) -> None:
    code = client.v1.payment_intents.create(WECHAT).next_action.wechat_pay_display_qr_code
    inline = base64.b64decode(code.image_data_url.partition(",")[2])
    assert Image.open(io.BytesIO(inline)).size[0] > 100
    assert Image.open(io.BytesIO(ask(code.image_url_png)[2])).format == "PNG"
    assert b"<svg" in ask(code.image_url_svg)[2]
    assert ask(code.data)[0] == ask(code.hosted_instructions_url)[0] == 200


def test_wechat_in_an_app_opens_the_app(client: stripe.StripeClient) -> None:
    options = {"wechat_pay": {"client": "android", "app_id": "wx123"}}
    intent = client.v1.payment_intents.create({**WECHAT, "payment_method_options": options})
    assert intent.next_action.wechat_pay_redirect_to_android_app.app_id == "wx123"
    with pytest.raises(stripe.InvalidRequestError, match="app_id"):
        options = {"wechat_pay": {"client": "ios"}}
        client.v1.payment_intents.create({**WECHAT, "payment_method_options": options})


@pytest.mark.parametrize("given", [ALIPAY, WECHAT], ids=["alipay", "wechat_pay"])
def test_a_wallet_is_answered_once(client: stripe.StripeClient, sandbox: Sandbox, given: dict[str, object]) -> None:
    intent = client.v1.payment_intents.create(given)
    assert sandbox.authorize(intent.id)["status"] == "succeeded"
    again, _ = sandbox.control("POST", f"/_sandbox/payment_intents/{intent.id}/authorize?outcome=fail")
    assert again == 409
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_payer_who_refuses_can_be_asked_again(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    intent = client.v1.payment_intents.create(WECHAT)
    assert sandbox.authorize(intent.id, "fail")["status"] == "requires_payment_method"
    refused = client.v1.payment_intents.retrieve(intent.id)
    assert refused.last_payment_error.code == "payment_intent_payment_attempt_failed"
    again = client.v1.payment_intents.confirm(intent.id, {"payment_method_data": {"type": "wechat_pay"}})
    assert again.status == "requires_action"
    assert sandbox.authorize(intent.id)["status"] == "succeeded"


def test_a_cancelled_wallet_payment_cannot_be_paid_any_more(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    intent = client.v1.payment_intents.create(ALIPAY)
    client.v1.payment_intents.cancel(intent.id)
    assert sandbox.control("POST", f"/_sandbox/payment_intents/{intent.id}/authorize?outcome=success")[0] == 409
    assert "已取消" in ask(f"{sandbox.url}/pay/{intent.id}")[2].decode()


def test_the_page_of_a_card_payment_takes_test_cards(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    given = {"amount": 100, "currency": "cny", "description": "<水费> & water"}
    intent = client.v1.payment_intents.create(given)
    page = f"{sandbox.url}/pay/{intent.id}?return_url=http://127.0.0.1:9/app"
    assert "&lt;水费&gt; &amp; water" in ask(page)[2].decode()
    assert "insufficient funds" in ask(page, "POST", {"card": "pm_card_chargeDeclinedInsufficientFunds"})[2].decode()
    status, headers, _ = ask(page, "POST", {"card": "pm_card_visa"})
    assert status == 303
    assert headers["location"].startswith("http://127.0.0.1:9/app?payment_intent=pi_")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
