"""The addresses of a demo, for tests that run without one."""

from django.urls import include, path

from web import urls
from web.demo.urls import urlpatterns as demo_patterns

handler404 = "web.public.errors.not_found"
urlpatterns = [path("", include(([*urls.urlpatterns, *demo_patterns], "web")))]
