"""The switches at the top of every page: language and 长辈版."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix
from django.views.decorators.http import require_POST

from web import session
from web.pages import back_from, open_page, safe_path


@require_POST
@open_page
def prefer(request: HttpRequest) -> HttpResponse:
    """`/preferences`: remember the choice in the session, and on this device for those who are not logged in."""
    response = HttpResponseRedirect(safe_path(request, request.POST.get("next"), back_from(request)))
    language, elder = request.POST.get("language"), request.POST.get("elder")
    if language in {"zh", "en"}:
        request.session["language"] = language
        _keep(response, session.LANGUAGE_COOKIE, language)
    if elder in {"0", "1"}:
        request.session["elder"] = elder == "1"
        _keep(response, session.ELDER_COOKIE, elder)
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    """In a frame of the demo the choice is the frame's alone, and the session holds it."""
    if get_script_prefix() == "/":
        response.set_cookie(name, value, max_age=session.CHOICE_DAYS * 86_400, httponly=True, samesite="Lax")
