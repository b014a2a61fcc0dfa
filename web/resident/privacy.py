"""The resident's privacy page: what they agreed to, who looked at them, a copy of everything, closing the account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core import jobs
from backend.core.errors import NotFound, Refusal
from backend.core.jobs import Job
from backend.core.queries import reading
from backend.people import access_log, consents, erasure, export, login_proof, profile, purposes
from backend.people.actor import Actor, ReauthenticationRequired
from backend.people.staff.login import StaffProofMissing
from web import session
from web.pages import person_page, safe_path, say, show, words_of
from web.templatetags.yike import lang

SHOWN = 50
View = Callable[..., HttpResponseBase]


def _me(request: HttpRequest) -> Actor:
    """The person themself, also while they act for somebody else."""
    return session.own_actor_of(request)


def proved(view: View) -> View:
    """Send to the proof page, and back here, when the act needs to know again who it is."""

    @wraps(view)
    def run(request: HttpRequest, /, **parts: Any) -> HttpResponseBase:
        try:
            return view(request, **parts)
        except ReauthenticationRequired:
            back = request.path if request.method == "GET" else reverse("web:privacy")
            return redirect(f"{reverse('web:proof')}?next={quote(back)}")

    return run


@require_GET
@person_page
def privacy(request: HttpRequest) -> HttpResponse:
    """`/app/privacy`"""
    me = _me(request)
    with reading(me):
        person = me.must_be_known()
        rows = list(access_log.looks_at(person).order_by("-at", "id")[:SHOWN])
        return show(
            request,
            "web/app/privacy.html",
            tab="home",
            answers=[_shown(answer) for answer in consents.answers(person)],
            looks=[{"look": look, "why": look.why(lang())} for look in access_log.shown(rows, lang())],
            copy=export.latest(person),
            care_notes=profile.care_notes_of(person),
            health=purposes.HEALTH,
        )


def _shown(answer: consents.Answer) -> dict[str, Any]:
    purpose = answer.purpose
    return {"answer": answer, "purpose": purpose, "title": purpose.title(lang()), "text": purpose.text(lang())}


@require_POST
@person_page
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """`/app/privacy/consents/{purpose}`: agree or withdraw."""
    given = request.POST.get("given") == "1"
    consents.answer(_me(request), purpose=purpose, given=given, version=request.POST.get("version", ""), channel="web")
    session.flash(request, say("privacy.given" if given else "privacy.withdrawn"))
    return redirect("web:privacy")


@sensitive_post_parameters()
@require_POST
@person_page
def care_notes(request: HttpRequest) -> HttpResponse:
    """`/app/privacy/care-notes`: the person's own words; empty ones delete them."""
    profile.change(_me(request), care_notes=request.POST.get("care_notes", "")[: profile.MAX_CARE_NOTES])
    session.flash(request, say("privacy.care.kept"))
    return redirect("web:privacy")


@require_POST
@person_page
@proved
def copy(request: HttpRequest) -> HttpResponse:
    """`/app/privacy/copy`: begin the copy."""
    me = _me(request)
    me.must_be_fresh()
    export.ask(me)
    return HttpResponseRedirect(f"{reverse('web:privacy')}#copy")


@require_GET
@person_page
@proved
def copy_file(request: HttpRequest) -> HttpResponse:
    """`/app/privacy/copy.zip`"""
    me = _me(request)
    me.must_be_fresh()
    job = export.latest(me.must_be_known())
    if job is None or job.state != Job.State.DONE:
        raise NotFound
    response = HttpResponse(jobs.result_of(job), content_type=job.result_type)
    response["Content-Disposition"] = f'attachment; filename="{job.result_name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@person_page
@proved
def close(request: HttpRequest) -> HttpResponse:
    """`/app/privacy/close`: what happens, what stands in the way, and the last word."""
    me = _me(request)
    me.must_be_fresh()
    if request.method == "POST" and request.POST.get("sure") == "1":
        erasure.ask(me)
        session.finish(request)
        session.flash(request, say("privacy.closed"))
        return redirect("web:home")
    with reading(me):
        person = me.must_be_known()
        return show(
            request,
            "web/app/privacy_close.html",
            tab="home",
            reasons=[block.zh if lang() == "zh" else block.en for block in erasure.blocked(person)],
            kept=erasure.kept(person),
            unsure=request.method == "POST",
        )


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@person_page
def proof(request: HttpRequest) -> HttpResponse:
    """`/app/proof`: a code to one's own phone, then back to what needed it. Staff are sent to their second factor."""
    me = _me(request)
    after = safe_path(request, request.POST.get("next") or request.GET.get("next"), reverse("web:privacy"))
    try:
        login_proof.must_suffice(me)
        if request.method == "GET":
            return show(request, "web/app/proof.html", tab="home", next=after)
        if request.POST.get("act") == "send":
            login_proof.ask_code(
                me, language="zh-CN" if lang() == "zh" else "en", ip=request.META.get("REMOTE_ADDR", "")
            )
            return show(request, "web/app/proof.html", tab="home", next=after, sent=True)
        login_proof.prove(me, code=request.POST.get("code", ""))
    except StaffProofMissing:
        return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': after})}")
    except Refusal as refusal:
        return show(
            request, "web/app/proof.html", status=422, tab="home", next=after, sent=True, error=words_of(refusal)
        )
    return HttpResponseRedirect(after)
