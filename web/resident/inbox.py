"""The resident's inbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from notifications import inbox as notices
from notifications.notices import Notice
from web import session
from web.pages import person_page, show
from web.templatetags.yike import lang

SHOWN = 100
PAGES = {"tickets": "web:ticket", "bills": "web:bill", "payments": "web:payment"}


def page_of(about: str) -> str:
    """The page that shows what a notice is about ("" when none does)."""
    parts = about.removeprefix("/api/v1/").split("/")
    if len(parts) == 2 and parts[0] in PAGES:
        return reverse(PAGES[parts[0]], args=[parts[1]])
    return reverse("web:app") if parts[0] == "emergency" else ""


def _shown(notice: Notice) -> dict[str, object]:
    return {"notice": notice, "text": notice.text(lang()), "page": page_of(notice.about)}


@require_http_methods(["GET", "POST"])
@person_page
def inbox(request: HttpRequest) -> HttpResponse:
    """`/app/inbox`: newest first; a POST marks what was shown as read."""
    actor = session.actor_of(request)
    if request.method == "POST":
        up_to = request.POST.get("up_to", "")
        notices.mark_read(actor, up_to=int(up_to) if up_to.isdecimal() else None)
        return redirect("web:inbox")
    found = list(notices.of(actor.must_be_known())[:SHOWN])
    return show(
        request,
        "web/app/inbox.html",
        tab="inbox",
        notices=[_shown(notice) for notice in found],
        up_to=found[0].seq if found else 0,
        has_unread=any(notice.read_at is None for notice in found),
    )
