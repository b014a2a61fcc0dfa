"""The page of a login whose number was silent for long: new here, or to the desk. Nothing of the account is shown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from backend.core.errors import Refusal
from backend.people import reproof as numbers
from backend.people import web_login
from web import session
from web.pages import open_page, say, show, words_of


@require_http_methods(["GET", "POST"])
@open_page
def reproof(request: HttpRequest) -> HttpResponse:
    """`/login/reproof`: the two ways out of a limited login."""
    holder = web_login.holder_of(request.session)
    if holder is None or not holder.is_limited:
        return redirect("web:app" if holder is not None else "web:login")
    if request.method == "GET":
        return show(request, "web/reproof.html")
    if request.POST.get("choice") != "new-person":
        return show(request, "web/reproof.html", status=422)
    try:
        opened = numbers.as_new_person(holder)
    except Refusal as refusal:
        return show(request, "web/reproof.html", status=409, error=words_of(refusal))
    session.begin(request, opened)
    session.flash(request, say("reproof.done"))
    response = redirect("web:app")
    session.remember_sos(response, opened)
    return response
