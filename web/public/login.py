"""Phone login for the pages: a code by SMS, then a session. The phone waits in the signed session, never in a URL."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.errors import Refusal, TooMany
from backend.people import login as logins
from backend.people import phones
from web import session
from web.pages import open_page, safe_path, say, show, words_of
from web.templatetags.yike import lang

DEVICE = {"key": "web", "name": "Web", "platform": "web"}


def _next(request: HttpRequest, given: str | None) -> str:
    return safe_path(request, given, reverse("web:app"))


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@open_page
def ask_code(request: HttpRequest) -> HttpResponse:
    """`/login`: the phone number."""
    if request.method == "GET":
        return show(request, "web/login.html", next=_next(request, request.GET.get("next")))
    phone = request.POST.get("phone", "")
    after = _next(request, request.POST.get("next"))
    try:
        logins.ask_code(
            phone=phone, language="zh-CN" if lang() == "zh" else "en", ip=request.META.get("REMOTE_ADDR", "")
        )
    except TooMany as wait:
        if request.session.get("phone") != phones.normalise(phone):
            return show(request, "web/login.html", status=429, next=after, phone=phone, error=words_of(wait))
    except Refusal as refusal:
        return show(request, "web/login.html", status=422, next=after, phone=phone, error=words_of(refusal))
    request.session["phone"], request.session["after"] = phones.normalise(phone), after
    return redirect("web:login-code")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@open_page
def enter_code(request: HttpRequest) -> HttpResponse:
    """`/login/code`: the six digits."""
    phone = request.session.get("phone")
    if not phone:
        return redirect("web:login")
    if request.method == "GET":
        return show(request, "web/login_code.html", phone=phones.masked(phone))
    try:
        opened = logins.log_in(phone=phone, code=request.POST.get("code", ""), device=DEVICE)
    except Refusal as refusal:
        return show(request, "web/login_code.html", status=422, phone=phones.masked(phone), error=words_of(refusal))
    after = _next(request, request.session.get("after"))
    session.begin(request, opened)
    response = HttpResponseRedirect(after)
    session.remember_sos(response, opened)
    return response


@require_POST
@open_page
def log_out(request: HttpRequest) -> HttpResponse:
    """`/logout`: end this login everywhere it is used."""
    session.finish(request)
    session.flash(request, say("logged.out"))
    return redirect("web:home")
