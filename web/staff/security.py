"""The security page of a member of staff: factors, logins, password."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core.clock import now
from backend.core.errors import Invalid
from backend.core.queries import looking_up
from backend.people import login as logins
from backend.people import web_login
from backend.people.actor import Actor, ReauthenticationRequired
from backend.people.models import Session, User
from backend.people.roles import Can
from backend.people.staff import factors, invitations, proofs
from web import session
from web.desk.access import desk_of
from web.pages import open_page, safe_path, say, show, words_of


def is_staff_login(request: HttpRequest) -> bool:
    """Was this browser's login opened by the staff login, with its second factor?"""
    opened = request.session.get(proofs.OPENED)
    return opened is not None and opened == request.session.get(web_login.KEY) and _actor(request).assurance == "mfa"


def _actor(request: HttpRequest) -> Actor:
    return session.actor_of(request)


def _to_login(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('account_login')}?next={request.path}")


@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """`/staff`: to one's work (desk, else office, else the security page), or to the login and from there to `next`."""
    if is_staff_login(request):
        actor = _actor(request)
        office = "admin:index" if actor.may(Can.OFFICE_READ) else "staff_security"
        return HttpResponseRedirect(reverse("web:desk" if desk_of(actor) else office))
    after = safe_path(request, request.GET.get("next"), "")
    return HttpResponseRedirect(reverse("account_login") + (f"?{urlencode({'next': after})}" if after else ""))


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """`/staff/again`: forget a login that is not finished, and begin anew (as somebody else)."""
    if is_staff_login(request):
        return HttpResponseRedirect(reverse("staff_security"))
    request.session.flush()
    return HttpResponseRedirect(reverse("account_login"))


@require_GET
@open_page
def set_up(request: HttpRequest) -> HttpResponse:
    """`/staff/setup`: a password was accepted, but there is no second factor yet; nothing else is possible."""
    person = proofs.known(request.session)
    if person is None:
        return _to_login(request)
    if factors.has_factor(person):
        return HttpResponseRedirect(reverse("staff_security"))
    return show(request, "staff/setup.html")


@require_GET
@open_page
def security(request: HttpRequest) -> HttpResponse:
    """`/staff/security`: what proves me, and where I am logged in."""
    if not is_staff_login(request):
        return _to_login(request)
    actor = _actor(request)
    person = actor.must_be_known()
    with looking_up("staff security"):
        held = list(Authenticator.objects.filter(user_id=person).order_by("created_at"))
        user = User.objects.get(id=person)
        alive = Session.objects.filter(user_id=person, revoked_at__isnull=True, expires_at__gt=now())
        listed = list(alive.order_by("-last_seen_at"))
    codes = next((one.wrap() for one in held if one.type == Authenticator.Type.RECOVERY_CODES), None)
    return show(
        request,
        "staff/security.html",
        staff_name=user.staff_name,
        totp=next((one for one in held if one.type == Authenticator.Type.TOTP), None),
        passkeys=[one for one in held if one.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(codes.get_unused_codes()) if codes else 0,
        may_remove=factors.count(person) > 1,
        may_office=actor.may(Can.OFFICE_READ),
        sessions=[(one, one.id == actor.session_id) for one in listed],
    )


class RemovePasskey(RemoveWebAuthnView):
    """The last factor stays."""

    success_url = "/staff/security"

    def form_valid(self, form: object) -> HttpResponse:
        if factors.count(self.get_object().user_id) < 2:
            session.flash(self.request, say("staff.factor.last"), look="alarm")
            return HttpResponseRedirect(reverse("staff_security"))
        return super().form_valid(form)  # type: ignore[no-any-return]

    def get_success_url(self) -> str:
        return reverse("staff_security")


remove_passkey = RemovePasskey.as_view()


@require_POST
@open_page
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one of my logins."""
    if not is_staff_login(request):
        return _to_login(request)
    logins.end_session(_actor(request), session_id=session_id)
    session.flash(request, say("staff.session.ended"))
    return HttpResponseRedirect(reverse("staff_security"))


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@open_page
def password(request: HttpRequest) -> HttpResponse:
    """`/staff/security/password`: a new password, after a fresh second factor."""
    if not is_staff_login(request):
        return _to_login(request)
    actor = _actor(request)
    try:
        actor.must_be_fresh()
    except ReauthenticationRequired:
        return HttpResponseRedirect(f"{prove_address(request)}?next={request.path}")
    if request.method == "GET":
        return show(request, "staff/password.html")
    wanted = request.POST.get("password", "")
    if wanted != request.POST.get("again", ""):
        return show(request, "staff/password.html", status=422, error=say("staff.password.differs"))
    before = request.user  # read while the old password still proves this session
    if not before.is_authenticated:
        return _to_login(request)
    try:
        user = invitations.change_password(actor, password=wanted)
    except Invalid as weak:
        return show(request, "staff/password.html", status=422, error=words_of(weak))
    update_session_auth_hash(request, user)
    session.flash(request, say("staff.password.changed"))
    return HttpResponseRedirect(reverse("staff_security"))


def prove_address(request: HttpRequest) -> str:
    """Where the second factor is shown again."""
    held = factors.types_of(_actor(request).person_id)
    return reverse("mfa_reauthenticate" if held & {"totp", "recovery_codes"} else "mfa_reauthenticate_webauthn")
