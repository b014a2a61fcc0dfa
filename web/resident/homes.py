"""The resident's homes: mine, claims with their evidence, offers; and for who holds a home, who lives in it."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from backend.community.models import Compound, Home
from backend.core.errors import FieldError, Invalid, NotFound, TooLarge
from backend.people import evidence, homes, household, invitations, occupancy
from backend.people.models import Residency
from web import session
from web.forms import day_in, end_of, needed_end_of, one_of, uuid_of
from web.pages import person_page, say, show
from web.places import choice
from web.resident.photos import MOST_BYTES
from web.templatetags.yike import lang

RELATIONS = tuple(Residency.Relation.values)
MOST_PICTURES = 3
DECISIONS = {"confirm": True, "reject": False}
ANSWERS = {"accept": invitations.accept, "decline": invitations.decline}


@person_page
def mine(request: HttpRequest) -> HttpResponse:
    """`/app/homes`: my homes and claims, what was offered to me."""
    actor = session.actor_of(request)
    lines = household.mine(actor)
    return show(
        request,
        "web/app/homes.html",
        tab="home",
        waiting=[one for one in lines if one.state == "pending"],
        lived=[one for one in lines if one.state == "confirmed"],
        past=[one for one in lines if one.state in {"rejected", "ended"}][:10],
        holds=homes.HOLDERS,
        offers=invitations.waiting(actor),
    )


@sensitive_post_parameters()
@person_page
def claim(request: HttpRequest) -> HttpResponse:
    """`/app/homes/new`: choose a home, say what one is there and what shows it."""
    actor = session.actor_of(request)
    if request.method == "POST":
        made = homes.claim(
            actor,
            home_id=uuid_of(request.POST.get("home")),
            relation=one_of(request.POST.get("relation"), RELATIONS, "family"),
            evidence=request.POST.get("evidence", "")[:1000],
            until=end_of(request.POST.get("until")),
        )
        _keep_pictures(request, made.id)
        session.flash(request, say("homes.claimed"))
        return redirect("web:homes")
    return show(
        request,
        "web/app/homes_claim.html",
        tab="home",
        choice=choice(request, Compound.objects.all()),
        relations=RELATIONS,
    )


def _keep_pictures(request: HttpRequest, claim_id: UUID) -> int:
    files = [cast("UploadedFile[bytes]", file) for file in request.FILES.getlist("pictures")[:MOST_PICTURES]]
    if any((file.size or 0) > MOST_BYTES for file in files):
        raise TooLarge(limit=MOST_BYTES)
    for file in files:
        evidence.add(session.actor_of(request), claim_id=claim_id, file=cast("BinaryIO", file))
    return len(files)


@require_POST
@person_page
def add_evidence(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """`/app/homes/{claim}/evidence`: more pictures for a waiting claim."""
    if not _keep_pictures(request, claim_id):
        raise Invalid(FieldError("/pictures", "required", "choose a picture", "请选择图片"))
    session.flash(request, say("homes.evidence.kept"))
    return redirect("web:homes")


@person_page
def picture(request: HttpRequest, home_id: UUID, claim_id: UUID, evidence_id: UUID) -> HttpResponse:
    """`/homes/{home}/claims/{claim}/evidence/{id}`: for the claimant and for who decides; their look is audited."""
    found = evidence.read(session.actor_of(request), home_id=home_id, claim_id=claim_id, evidence_id=evidence_id)
    response = HttpResponse(found, content_type="image/jpeg")
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@person_page
def leave(request: HttpRequest, residency_id: UUID) -> HttpResponse:
    """`/app/homes/{residency}/end`: move out, or withdraw a claim."""
    homes.leave(session.actor_of(request), residency_id=residency_id)
    session.flash(request, say("homes.left"))
    return redirect("web:homes")


@require_POST
@person_page
def answer(request: HttpRequest, offer_id: UUID, act: str) -> HttpResponse:
    """`/app/homes/offers/{offer}/{accept|decline}`."""
    if act not in ANSWERS:
        raise NotFound
    ANSWERS[act](session.actor_of(request), invitation_id=offer_id)
    session.flash(request, say("homes.offer.taken" if act == "accept" else "homes.offer.declined"))
    return redirect("web:homes")


@person_page
def residents(request: HttpRequest, home_id: UUID) -> HttpResponse:
    """`/app/homes/{home}/residents`: who lives here, who asks to, whom I let it to."""
    actor = session.actor_of(request)
    lines = household.residents(actor, home_id)
    if not household.holds(actor, home_id):
        raise NotFound
    home = Home.objects.select_related("building__compound", "unit").get(id=home_id)
    rows = list(occupancy.of_home(actor, home_id).order_by("-created_at", "-id")[:30])
    return show(
        request,
        "web/app/residents.html",
        tab="home",
        home=home,
        lines=lines,
        me=actor.person_id,
        occupancies=occupancy.shown(actor, rows),
        running=occupancy.RUNNING,
        default_until=day_in(365),
        rejections=homes.REJECTIONS,
    )


@require_POST
@person_page
def decide(request: HttpRequest, home_id: UUID, claim_id: UUID, act: str) -> HttpResponse:
    """`/app/homes/{home}/claims/{claim}/{confirm|reject}`, from the holder's page."""
    take_decision(request, home_id, claim_id, act)
    return redirect("web:residents", home_id)


def take_decision(request: HttpRequest, home_id: UUID, claim_id: UUID, act: str) -> None:
    """What the form of a claim says, done and said."""
    if act not in DECISIONS:
        raise NotFound
    homes.decide(
        session.actor_of(request),
        home_id=home_id,
        claim_id=claim_id,
        confirmed=DECISIONS[act],
        until=end_of(request.POST.get("until")),
        reason=one_of(request.POST.get("reason"), homes.REJECTIONS, "other"),
    )
    session.flash(request, say("homes.confirmed" if DECISIONS[act] else "homes.rejected"))


@require_POST
@person_page
def end(request: HttpRequest, home_id: UUID, residency_id: UUID) -> HttpResponse:
    """`/app/homes/{home}/residents/{residency}/end`, from the holder's page."""
    reason = one_of(request.POST.get("reason"), homes.ENDINGS, "lease_over")
    homes.end(session.actor_of(request), home_id=home_id, residency_id=residency_id, reason=reason)
    session.flash(request, say("homes.ended"))
    return redirect("web:residents", home_id)


@sensitive_post_parameters()
@require_POST
@person_page
def let(request: HttpRequest, home_id: UUID) -> HttpResponse:
    """`/app/homes/{home}/occupancy`: register who lives in what I let."""
    occupancy.register(
        session.actor_of(request),
        home_id=home_id,
        name=request.POST.get("name", "")[:60],
        until=needed_end_of(request.POST.get("until")),
        phone=request.POST.get("phone", "").strip()[:32] or None,
        language="zh-CN" if lang() == "zh" else "en",
    )
    session.flash(request, say("homes.let.done"))
    return redirect("web:residents", home_id)


@require_POST
@person_page
def unlet(request: HttpRequest, home_id: UUID, occupancy_id: UUID) -> HttpResponse:
    """`/app/homes/{home}/occupancy/{occupancy}/end`."""
    occupancy.end(session.actor_of(request), home_id=home_id, occupancy_id=occupancy_id)
    session.flash(request, say("homes.ended"))
    return redirect("web:residents", home_id)
