"""The resident's bills, and the choice of how to pay them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend.core.errors import NotFound
from backend.core.ids import uuid7
from payments import checkout
from payments.models import Bill, Payment
from web import session
from web.pages import person_page, show
from web.resident.payments import is_sandbox, site_url

SHOWN = 60


@person_page
def bills(request: HttpRequest) -> HttpResponse:
    """`/app/bills?state=open|paid`: what my homes owe, and what was paid."""
    actor = session.actor_of(request)
    mine = Bill.objects.filter(home_id__in=actor.homes).in_full()
    is_paid = request.GET.get("state") == "paid"
    return show(
        request,
        "web/app/bills.html",
        tab="bills",
        is_paid=is_paid,
        bills=list(
            mine.filter(state="paid").order_by("-paid_at", "id")[:SHOWN]
            if is_paid
            else mine.open().order_by("due_on", "id")
        ),
        running=list(Payment.objects.filter(payer_id=actor.person_id, state__in=["creating", "pending", "processing"])),
        payment_id=uuid7(),
        cards=is_sandbox(),
    )


@person_page
def bill(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """`/app/bills/{id}`: line by line, why it is what it is."""
    actor = session.actor_of(request)
    found = (
        Bill.objects.filter(home_id__in=actor.homes, id=bill_id).in_full().select_related("opening", "closing").first()
    )
    if found is None:
        raise NotFound
    part = (
        found.allocations.filter(attempt__state__in=["paid", "partly_refunded", "refunded"])
        .select_related("attempt")
        .first()
    )
    return show(
        request,
        "web/app/bill.html",
        tab="bills",
        bill=found,
        payment=part.attempt.payment_id if part else None,
        payment_id=uuid7(),
        cards=is_sandbox(),
    )


@require_POST
@person_page
def pay(request: HttpRequest) -> HttpResponse:
    """`/app/bills/pay`: begin to pay the chosen bills; the form's id makes a second press the same payment."""
    wanted = {_uuid(text) for text in request.POST.getlist("bill")} - {None}
    method = request.POST.get("method", "")
    if method not in Payment.Method.values or (method == "card" and not is_sandbox()):
        method = Payment.Method.ALIPAY
    payment_id = _uuid(request.POST.get("id")) or uuid7()
    payment = checkout.pay(
        session.actor_of(request),
        id=payment_id,
        bill_ids=[bill_id for bill_id in wanted if bill_id is not None],
        method=method,
        return_url=site_url(request, "web:payment", payment_id),
    )
    return redirect("web:payment", payment.id)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
