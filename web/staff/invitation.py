"""`/staff/invitation`: the one-time link. Its token stands behind `#`, is read by the page, and is sent with the password only."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from backend.core import limits
from backend.core.errors import Invalid, Refusal, TooMany
from backend.core.queries import looking_up
from backend.people import whence
from backend.people.staff import invitations
from web import session
from web.pages import open_page, say, show, words_of


@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "POST"])
@open_page
def invitation(request: HttpRequest) -> HttpResponse:
    """Set the password; the second factor is next."""
    if request.method == "GET":
        return _page(request)
    try:
        limits.hit("staff.invitation", whence.counted(str(request.META.get("REMOTE_ADDR", ""))), limit=20, per=300)
    except TooMany as wait:
        return _page(request, status=429, error=words_of(wait))
    token, wanted = request.POST.get("token", "").strip().rpartition("#")[2], request.POST.get("password", "")
    if wanted != request.POST.get("again", ""):
        return _page(request, status=422, token=token, error=say("staff.password.differs"))
    try:
        user = invitations.accept(session.actor_of(request), token=token, password=wanted)
    except Invalid as weak:
        return _page(request, status=422, token=token, error=words_of(weak))
    except invitations.PhoneFirst as first:
        return _page(request, status=403, error=words_of(first), needs_phone=True)
    except Refusal as refusal:
        return _page(request, status=422, error=words_of(refusal))
    with looking_up("staff login"):
        perform_password_login(request, {"username": user.staff_name}, Login(user=user))
    session.flash(request, say("staff.invitation.done"))
    return HttpResponseRedirect(reverse("staff_setup"))


def _page(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    return show(request, "staff/invitation.html", status=status, **context)
