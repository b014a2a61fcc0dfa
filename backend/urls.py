"""Addresses: the API under /api/v1, our own pages at the root."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from api import problems
from api.app import api
from web.office.site import office


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problems.plain(request, 404)


handler403 = "web.public.errors.forbidden"
handler404 = "web.public.errors.not_found"
handler500 = "web.public.errors.broken"

urlpatterns = [
    path("api/v1/", api.urls),
    re_path(r"^api/(?P<rest>.*)$", nothing_here),
    path("hsds/v3/", include("api.hsds.urls")),
    path("office/", office.urls),
    path("", include("web.staff.urls")),
    path("", include("web.urls")),
]
