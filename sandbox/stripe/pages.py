"""Pages on which a person plays the payer. Plain, bilingual, and loud about being a sandbox."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs

from sandbox.stripe import intents, setups, wallets
from sandbox.stripe.api import Api
from sandbox.stripe.call import Call
from sandbox.stripe.control import authorize
from sandbox.stripe.errors import Json, StripeError
from sandbox.stripe.http import Reply, Request

_PAY = re.compile(r"/pay/((?:pi|seti)_[A-Za-z0-9]+)")
_QR = re.compile(r"/qr/(pi_[A-Za-z0-9]+)\.(png|svg)")
_WAITING = ("requires_payment_method", "requires_confirmation", "requires_action")

_STYLE = """
:root { color-scheme: light dark; font: 18px/1.5 system-ui, "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; }
body { margin: 0; display: grid; place-items: center; min-height: 100vh; }
main { max-width: 26rem; padding: 1.5rem; }
.sign { background: #b45309; color: #fff; padding: .75rem 1rem; border-radius: .5rem; font-weight: 700; }
h1 { font-size: 2.2rem; font-weight: 700; margin: 1rem 0 0; }
button, .button { display: block; width: 100%; box-sizing: border-box; margin: .75rem 0; padding: .9rem 1rem;
  font: inherit; font-weight: 700; border: 2px solid transparent; border-radius: .5rem;
  cursor: pointer; text-align: center; }
.pay { background: #166534; color: #fff; }
.refuse { background: transparent; color: inherit; border-color: currentColor; }
select { width: 100%; padding: .7rem; font: inherit; }
button:focus-visible, select:focus-visible { outline: 3px solid #2563eb; outline-offset: 2px; }
small { opacity: .8; }
"""

_NAMES = {"card": "银行卡 Card", "alipay": "支付宝 Alipay", "wechat_pay": "微信支付 WeChat Pay"}
_STATUS = {
    "succeeded": "已支付 Paid",
    "processing": "处理中 Processing",
    "canceled": "已取消 Cancelled",
}
_CARDS = (
    ("pm_card_visa", "4242 4242 4242 4242 · 成功 succeeds"),
    ("pm_card_chargeDeclined", "4000 0000 0000 0002 · 拒付 declined"),
    ("pm_card_chargeDeclinedInsufficientFunds", "4000 0000 0000 9995 · 余额不足 insufficient funds"),
    ("pm_card_authenticationRequired", "4000 0027 6000 3184 · 需要验证 asks to confirm"),
)


def answer(api: Api, request: Request) -> Reply:
    """GET and POST ``/pay/<intent>``, GET ``/qr/<intent>.png|svg``."""
    if request.method == "GET" and (code := _QR.fullmatch(request.path)):
        text = wallets.pay_url(api.base_url, code[1])
        if code[2] == "png":
            return Reply(200, wallets.qr_png(text), "image/png")
        return Reply(200, wallets.qr_svg(text), "image/svg+xml")
    match = _PAY.fullmatch(request.path)
    intent = api.store.any(match[1]) if match else None
    if intent is None:
        return _page(404, "<h1>没有这笔付款<br>No such payment</h1>")
    if request.method != "POST":
        target = wallets.return_url(intent) or _query(request, "return_url")
        return _page(200, _payment(intent, _method_type(api, intent), target))
    return _tapped(api, request, intent)


def _tapped(api: Api, request: Request, intent: Json) -> Reply:
    target = wallets.return_url(intent) or _query(request, "return_url")
    given = parse_qs(request.body.decode("utf-8", errors="replace"))
    card = given.get("card", [""])[0]
    try:
        if card:
            intent = _pay_by_card(api, intent, card, target)
        elif intent["status"] in _WAITING:
            intent = authorize(api, intent["id"], given.get("outcome", [""])[0])
    except StripeError as refusal:
        intent = api.store.any(intent["id"]) or intent
        return _page(200, _payment(intent, "card", target, str(refusal)))
    if intent["status"] == "requires_action":
        return Reply(303, headers={"Location": request.path})
    if target and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", target) and not re.match("(?i)(javascript|data):", target):
        return Reply(303, headers={"Location": wallets.with_outcome(target, intent)})
    return _page(200, _payment(intent, _method_type(api, intent), None))


def _pay_by_card(api: Api, intent: Json, card: str, target: str | None) -> Json:
    """What Stripe.js does in a real browser: confirm with the publishable key and the client secret."""
    params = {"client_secret": intent["client_secret"], "payment_method": card}
    if target:
        params["return_url"] = target
    call = Call(api.store, params, api.base_url, api.terms, publishable=True)
    room = setups if intent["object"] == "setup_intent" else intents
    refusal = None
    with api.store.transaction():
        try:
            return dict(room.confirm(call, intent["id"]))
        except StripeError as declined:
            if not declined.keeps_effects:
                raise
            refusal = declined
    raise refusal


def _method_type(api: Api, intent: Json) -> str:
    method = api.store.any(intent["payment_method"] or "")
    return method["type"] if method else str(intent["payment_method_types"][0])


def _query(request: Request, name: str) -> str | None:
    return parse_qs(request.query).get(name, [None])[0]


def _payment(intent: Json, kind: str, target: str | None, refusal: str | None = None) -> str:
    setup = intent["object"] == "setup_intent"
    amount = "保存银行卡 Save a card" if setup else f"{intent['currency'].upper()} {intent['amount'] / 100:,.2f}"
    parts = [f"<h1>{escape(amount)}</h1><p>{escape(intent['description'] or '')}</p>"]
    if refusal:
        parts.append(f'<p role="alert"><strong>未成功 Not paid:</strong> {escape(refusal)}</p>')
    if intent["status"] not in _WAITING:
        parts.append(f'<p role="status"><strong>{_STATUS.get(intent["status"], intent["status"])}</strong></p>')
        parts.append("<p>可以关闭此页。You can close this page.</p>")
    elif kind == "card" and intent["status"] != "requires_action":
        options = "".join(f'<option value="{card}">{label}</option>' for card, label in _CARDS)
        parts.append(
            f'<form method="post"><label>测试卡 Test card<select name="card">{options}</select></label>'
            '<button class="pay">支付 Pay</button></form>'
        )
    else:
        parts.append(
            f"<p>{_NAMES[kind]}</p>"
            '<form method="post"><button class="pay" name="outcome" value="success">确认支付 Pay (succeed)</button>'
            '<button class="refuse" name="outcome" value="fail">拒绝 Refuse (fail)</button></form>'
        )
    if target:
        parts.append("<p><small>之后返回商户页面。You return to the merchant afterwards.</small></p>")
    return "".join(parts) + f"<p><small>{escape(intent['id'])}</small></p>"


def _page(status: int, content: str) -> Reply:
    html = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>SANDBOX 沙箱</title>'
        f'<style>{_STYLE}</style></head><body><main><p class="sign">SANDBOX 沙箱 — 不涉及真实资金 · no real money</p>'
        f"{content}</main></body></html>"
    )
    return Reply(status, html.encode(), "text/html; charset=utf-8")
