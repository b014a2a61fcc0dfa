"""The `web` process: HTTP over WSGI (granian)."""

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
_ = get_resolver().url_patterns  # every route, before the first request: what cannot be imported is never "ready"
