"""The first page: what this is, in ten seconds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from backend.directory.models import ServiceAtLocation
from backend.env import env
from web.demo import people
from web.pages import open_page, show

SHOWN = 6


@open_page
def home(request: HttpRequest) -> HttpResponse:
    """`/`"""
    count = ServiceAtLocation.objects.filter(service__status="active").count()
    return show(
        request,
        "web/home.html",
        service_count=count,
        people=people.leading(SHOWN) if env.demo else [],
    )
