"""The resident's inbox."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from notifications import inbox as notices
from notifications.inbox import Entry, Wish
from web import session
from web.pages import person_page, show
from web.templatetags.yike import lang

SHOWN = 100
PAGES = {
    "bills": "web:bill",
    "bookings": "web:booking",
    "bulletins": "web:bulletin",
    "payments": "web:payment",
    "tickets": "web:ticket",
}


def page_of(about: str) -> str:
    """The page that shows what a notice is about ("" when none does)."""
    parts = about.removeprefix("/api/v1/").split("/")
    if len(parts) == 2 and parts[0] in PAGES:
        return reverse(PAGES[parts[0]], args=[parts[1]])
    if parts[0] == "homes" and len(parts) == 3:
        return reverse("web:residents", args=[parts[1]])
    named = {
        "bookings": "web:work-bookings",
        "emergency": "web:app",
        "me/homes": "web:homes",
        "me/delegations": "web:family",
        "auth/sessions": "web:devices",
    }
    found = named.get(parts[0]) or named.get("/".join(parts))
    return reverse(found) if found else ""


def _shown(notice: Entry, *, plain: bool) -> dict[str, object]:
    return {"notice": notice, "text": notice.text(lang(), plain=plain), "page": page_of(notice.about)}


def _shown_ids(request: HttpRequest) -> list[UUID]:
    """The entries that the page showed; what came since stays unread."""
    try:
        return [UUID(text) for text in request.POST.get("shown", "").split()[:SHOWN]]
    except ValueError:
        return []


@require_http_methods(["GET", "POST"])
@person_page
def inbox(request: HttpRequest) -> HttpResponse:
    """`/app/inbox`: newest first; a POST marks what was shown as read."""
    actor = session.actor_of(request)
    if request.method == "POST":
        notices.mark_read(actor, channels=actor.place_channels, ids=_shown_ids(request))
        return redirect("web:inbox")
    found, _ = notices.entries(actor.must_be_known(), actor.place_channels, Wish(language=lang()), limit=SHOWN)
    return show(
        request,
        "web/app/inbox.html",
        tab="inbox",
        notices=[_shown(notice, plain=session.is_elder(request)) for notice in found],
        shown_ids=" ".join(str(notice.id) for notice in found if notice.read_at is None),
        has_unread=any(notice.read_at is None for notice in found),
    )
