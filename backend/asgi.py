"""The `sockets` process; in the demo one process also answers HTTP, so that one port needs no proxy."""

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - Django must be set up first

from api.bounded import Bounded  # noqa: E402
from api.sockets.lifespan import lifespan  # noqa: E402
from api.sockets.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {"http": Bounded(http), "websocket": URLRouter(websocket_urlpatterns), "lifespan": lifespan}
)
