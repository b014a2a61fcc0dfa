"""The `web` process: HTTP over WSGI (granian)."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
