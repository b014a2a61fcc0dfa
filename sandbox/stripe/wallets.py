"""What the payer must do next: the ``next_action`` of each payment method, and the addresses of the sandbox's pages."""

from __future__ import annotations

import io
import secrets
from urllib.parse import urlencode

import segno

from sandbox.stripe.errors import Json, invalid_param, missing_param


def pay_url(base_url: str, intent_id: str) -> str:
    """The page where a person plays the payer."""
    return f"{base_url}/pay/{intent_id}"


def next_action(intent: Json, method: Json, return_url: str | None, base_url: str) -> Json:
    """The action for a method that cannot finish by itself."""
    page = pay_url(base_url, intent["id"])
    if method["type"] == "alipay":
        if return_url is None:
            raise missing_param("return_url")
        redirect = {"native_data": None, "native_url": None, "return_url": return_url, "url": page}
        return {"type": "alipay_handle_redirect", "alipay_handle_redirect": redirect}
    if method["type"] == "wechat_pay":
        return _wechat(intent, page, base_url)
    if return_url is not None:
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": page}}
    # Stripe.js would open the bank's page itself; the sandbox names the page so that a person can.
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": page}}


def return_url(intent: Json) -> str | None:
    """Where the payer's browser goes afterwards, from the current ``next_action``."""
    action = intent["next_action"] or {}
    for name in ("alipay_handle_redirect", "redirect_to_url"):
        if name in action:
            return str(action[name]["return_url"])
    return None


def with_outcome(url: str, intent: Json) -> str:
    """The return URL as Stripe calls it. It proves nothing: the merchant must ask the API."""
    status = "succeeded" if intent["status"] in ("succeeded", "processing") else "failed"
    query = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": status,
    }
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def qr_png(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=6, border=3)
    return out.getvalue()


def qr_svg(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=6, border=3)
    return out.getvalue()


def _wechat(intent: Json, page: str, base_url: str) -> Json:
    options = (intent["payment_method_options"] or {}).get("wechat_pay") or {}
    client = options.get("client") or "web"
    if client == "web":
        code = {
            "data": page,
            "hosted_instructions_url": page,
            "image_data_url": segno.make(page, error="m").png_data_uri(scale=6, border=3),
            "image_url_png": f"{base_url}/qr/{intent['id']}.png",
            "image_url_svg": f"{base_url}/qr/{intent['id']}.svg",
        }
        return {"type": "wechat_pay_display_qr_code", "wechat_pay_display_qr_code": code}
    if client not in ("android", "ios"):
        raise invalid_param(
            "payment_method_options[wechat_pay][client]", "Invalid client: must be one of android, ios, web"
        )
    if not options.get("app_id"):
        raise missing_param("payment_method_options[wechat_pay][app_id]")
    if client == "ios":
        return {"type": "wechat_pay_redirect_to_ios_app", "wechat_pay_redirect_to_ios_app": {"native_url": page}}
    signed = {
        "app_id": options["app_id"],
        "nonce_str": secrets.token_hex(16),
        "package": "Sign=WXPay",
        "partner_id": "sandbox",
        "prepay_id": intent["id"],
        "sign": secrets.token_hex(32),
        "timestamp": str(intent["created"]),
    }
    return {"type": "wechat_pay_redirect_to_android_app", "wechat_pay_redirect_to_android_app": signed}
