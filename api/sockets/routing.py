"""The socket's addresses."""

from django.urls import path

from api.sockets.consumer import ClientConsumer

websocket_urlpatterns = [path("ws/v1", ClientConsumer.as_asgi())]
