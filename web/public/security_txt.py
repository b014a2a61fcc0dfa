"""Where to tell of a weakness (RFC 9116). There only when the operator has named a contact: nothing is made up."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from backend.core.clock import now
from backend.env import env

HOLDS_FOR = timedelta(days=180)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Contact, languages, how long this holds."""
    if not env.security_contact:
        raise Http404
    lines = [
        *(f"Contact: {contact.strip()}" for contact in env.security_contact.split(",")),
        f"Expires: {(now() + HOLDS_FOR).strftime('%Y-%m-%dT00:00:00Z')}",
        "Preferred-Languages: zh, en",
        f"Canonical: {(env.public_url or request.build_absolute_uri('/')).rstrip('/')}{request.path}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
