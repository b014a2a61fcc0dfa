"""What every view shares: rendering with the frame's context, who may open a page, and refusals turned into words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables

from backend.core.errors import FieldError, Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from backend.core.queries import reading
from backend.people import web_login
from web import session, texts
from web.templatetags.yike import lang

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page or fragment now, inside the caller's `reading`."""
    get_token(request)
    return render(request, template, context, status=status)


def say(key: str, **values: object) -> str:
    """A sentence of the catalogue in the reader's language."""
    return texts.text(key, lang(), **values)


def is_fragment(request: HttpRequest) -> bool:
    """Is this a request of htmx for a piece of a page?"""
    return request.headers.get("HX-Request") == "true"


def words_of(refusal: Refusal) -> str:
    """The refusal in the reader's language; wrong fields one after another."""
    if isinstance(refusal, Invalid) and refusal.errors:
        return " ".join(dict.fromkeys(error.text(lang()) for error in refusal.errors))
    return refusal.text(lang())


def safe_path(request: HttpRequest, target: str | None, fallback: str) -> str:
    """`target` if it is a path of this site, else `fallback`: no open redirects."""
    host = {request.get_host()}
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts=host, require_https=request.is_secure()):
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        # The path of http://here//there is //there: taken by itself it would lead away.
        return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else fallback
    return fallback


def back_from(request: HttpRequest) -> str:
    """The page the request came from, or the first page."""
    return safe_path(request, request.headers.get("Referer"), reverse("web:home"))


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as words: beside the fragment for htmx, as a banner on the page it came from for a form, else as a page."""
    said = words_of(refusal)
    if is_fragment(request):
        response = HttpResponse(said, status=409, content_type="text/plain; charset=utf-8")
        response["X-Said"] = quote(said)
        return response
    if request.method == "POST":
        session.flash(request, said, look="alarm")
        return HttpResponseRedirect(back_from(request))
    status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, Forbidden) else 409
    return show(request, "web/oops.html", status=status, said=said, back=back_from(request))


def ask_login(request: HttpRequest) -> HttpResponse:
    """To the login page, and back afterwards; a login that must first be proved goes to its own page."""
    holder = web_login.holder_of(request.session)
    if holder is not None and holder.is_limited:
        return redirect("web:reproof")
    back = request.get_full_path() if request.method == "GET" and not is_fragment(request) else back_from(request)
    target = f"{reverse('web:login')}?next={quote(back)}"
    if is_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    return redirect(target)


def open_page(view: View[P]) -> View[P]:
    """A page for anybody. GETs run inside `reading` when a person is logged in; refusals become words."""
    return _page(view, needs_person=False)


def person_page(view: View[P]) -> View[P]:
    """A page for a logged-in person."""
    return _page(view, needs_person=True)


def _must_be_storable(request: HttpRequest) -> None:
    """Raise Invalid for a form with NUL characters: no browser sends them, and the database keeps none."""
    if any("\x00" in value for _, values in request.POST.lists() for value in values):
        raise Invalid(
            FieldError("", "unprintable", "the form holds characters that cannot be kept", "含有无法保存的字符")
        )


def _page(view: View[P], *, needs_person: bool) -> View[P]:
    @wraps(view)
    @sensitive_variables()
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        own = session.own_actor_of(request)
        if needs_person and (own.kind != "person" or own.state != "active"):
            return ask_login(request)
        try:
            actor = session.actor_of(request)
            if request.method == "POST":
                _must_be_storable(request)
            if request.method in {"GET", "HEAD"} and actor.kind == "person":
                with reading(actor):
                    return view(request, *args, **kwargs)
            return view(request, *args, **kwargs)
        except Unauthenticated:
            return ask_login(request)
        except Refusal as refusal:
            return refused(request, refusal)

    return run
