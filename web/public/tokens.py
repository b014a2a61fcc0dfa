"""What a page's own scripts need: a short-lived access token for the socket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from backend.people import tokens
from web import session


@require_POST
def socket_token(request: HttpRequest) -> HttpResponse:
    """`/socket-token`: an access token of ten minutes for the person of this session; 401 for nobody."""
    actor = session.actor_of(request)
    if actor.person_id is None or actor.session_id is None or actor.state != "active":
        return JsonResponse({}, status=401)
    return JsonResponse({"access_token": tokens.access_token(actor.person_id, actor.session_id)})
