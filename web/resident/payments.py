"""One payment while it happens: the code to scan or the page to go to, and the state as the provider's facts have it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from backend.core.errors import NotFound
from backend.env import env
from backend.people.actor import Actor
from payments import checkout, receipts, settle
from payments.flow import ACTIVE, SETTLED
from payments.models import Attempt, Payment
from web import session
from web.pages import person_page, show

STRIPE = "https://api.stripe.com"
REDIRECTS = ("alipay_handle_redirect", "redirect_to_url")


def is_sandbox() -> bool:
    """Does the money go to the sandbox of this machine?"""
    return env.stripe_api_base != STRIPE


def site_url(request: HttpRequest, name: str, *args: object) -> str:
    """A page of this site in full, for a provider that sends the payer back."""
    return request.build_absolute_uri(reverse(name, args=args))


def access_payment(actor: Actor, payment_id: UUID) -> Payment:
    """The person's own payment. Raises NotFound."""
    found = Payment.objects.filter(id=payment_id, payer_id=actor.person_id).first()
    if found is None:
        raise NotFound
    return found


def parts_of(payment: Payment) -> list[Attempt]:
    """Its parts, one a payee, with what a receipt needs."""
    parts = Attempt.objects.filter(payment=payment).select_related("payee", "receipt", "payment")
    return list(parts.prefetch_related("allocations__bill__account").order_by("id"))


@person_page
def payment(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """`/app/payments/{id}`: it refreshes itself until the payment has ended."""
    found = access_payment(session.actor_of(request), payment_id)
    parts = parts_of(found)
    return show(
        request,
        "web/app/payment.html",
        tab="bills",
        payment=found,
        parts=[_part(request, part) for part in parts],
        is_active=found.state in ACTIVE,
        is_settled=found.state in SETTLED,
        is_sandbox=is_sandbox(),
    )


def _part(request: HttpRequest, part: Attempt) -> dict[str, Any]:
    """One part with what its payer does next: a code to scan, a page to go to, or nothing."""
    shown: dict[str, Any] = {"part": part, "qr": "", "url": ""}
    if not part.is_active:
        return shown
    action = settle.client_of(part).get("next_action") or {}
    code = action.get("wechat_pay_display_qr_code") or {}
    if code.get("data"):
        shown["qr"] = _qr(str(code["data"]))
    for kind in REDIRECTS:
        if kind in action:
            shown["url"] = str(action[kind].get("url") or "")
    if part.payment.method == Payment.Method.CARD and part.intent_id and is_sandbox():
        back = request.build_absolute_uri(request.get_full_path())
        shown["url"] = f"{env.stripe_api_base}/pay/{part.intent_id}?return_url={back}"
    return shown


def _qr(text: str) -> SafeString:
    """The code as an inline drawing; `text` lies in its modules, not in the markup."""
    drawn = segno.make(text, error="m").svg_inline(border=0, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - made by the encoder


@require_POST
@person_page
def cancel(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """`/app/payments/{id}/cancel`"""
    checkout.cancel(session.actor_of(request), payment_id=payment_id)
    return redirect("web:payment", payment_id)


@person_page
def receipt(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """`/app/payments/{id}/receipt.pdf`: one page for each settled part."""
    actor = session.actor_of(request)
    found = access_payment(actor, payment_id)
    settled = [part for part in parts_of(found) if part.state in SETTLED]
    if not settled:
        raise NotFound
    response = HttpResponse(receipts.pdf(found, settled), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{settled[0].receipt.number}.pdf"'
    return response
