"""Phone login for the pages: a code by SMS, then a session.

The phone waits in a signed cookie of ten minutes, never in a URL or a row.
"""

from __future__ import annotations

from secrets import token_urlsafe

from django.conf import settings
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

DEVICE_COOKIE = "yike_device"
DEVICE_DAYS = 400


def _next(request: HttpRequest, given: str | None) -> str:
    return safe_path(request, given, reverse("web:app"))


def _browser_of(request: HttpRequest) -> str:
    """The key that this browser was given at its first login, or a fresh one."""
    return request.COOKIES.get(DEVICE_COOKIE, "")[:64] or token_urlsafe(24)


def _remember_browser(response: HttpResponse, key: str) -> None:
    """Let the browser be known again at its next login: a new device is told of, and doubted after a long silence."""
    response.set_cookie(
        DEVICE_COOKIE,
        key,
        max_age=DEVICE_DAYS * 86_400,
        path=reverse("web:login"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


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
            phone=phone,
            language="zh-CN" if lang() == "zh" else "en",
            ip=request.META.get("REMOTE_ADDR", ""),
            device=request.COOKIES.get(DEVICE_COOKIE, ""),
        )
    except TooMany as wait:
        is_waiting = session.asked_phone(request) == phones.normalise(phone)  # for the code that is on its way
        if isinstance(wait, logins.CodesUsedUp) or not is_waiting:
            return show(request, "web/login.html", status=429, next=after, phone=phone, error=words_of(wait))
    except Refusal as refusal:
        return show(request, "web/login.html", status=422, next=after, phone=phone, error=words_of(refusal))
    request.session["after"] = after
    response = redirect("web:login-code")
    session.remember_asked(response, phones.normalise(phone))
    return response


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@open_page
def enter_code(request: HttpRequest) -> HttpResponse:
    """`/login/code`: the six digits."""
    phone = session.asked_phone(request)
    if not phone:
        return redirect("web:login")
    if request.method == "GET":
        return show(request, "web/login_code.html", phone=phones.masked(phone))
    device = {"key": _browser_of(request), "name": "Web", "platform": "web"}
    try:
        opened = logins.log_in(phone=phone, code=request.POST.get("code", ""), device=device)
    except Refusal as refusal:
        return show(request, "web/login_code.html", status=422, phone=phones.masked(phone), error=words_of(refusal))
    after = _next(request, request.session.get("after"))
    session.begin(request, opened)
    response = HttpResponseRedirect(reverse("web:reproof") if opened.session.is_limited else after)
    _remember_browser(response, device["key"])
    session.forget_asked(response)
    session.remember_sos(response, opened)
    return response


@require_POST
@open_page
def log_out(request: HttpRequest) -> HttpResponse:
    """`/logout`: end this login everywhere it is used."""
    session.finish(request)
    session.flash(request, say("logged.out"))
    return redirect("web:home")
