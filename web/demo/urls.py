"""Addresses of the demo, below the pages' own namespace."""

from django.urls import path

from web import demo_api
from web.demo import pages

urlpatterns = [
    path("demo", pages.demo, name="demo"),
    path("demo/enter", pages.enter, name="demo-enter"),
    path("demo/press", pages.press_button, name="demo-press"),
    path("demo/silence", pages.silence, name="demo-silence"),
    path("demo/stage", pages.stage, name="stage"),
    path("demo/messages", pages.outbox_page, name="outbox-page"),
    path("demo/people", demo_api.people, name="demo-people"),
    path("demo/outbox", demo_api.outbox, name="demo-outbox"),
    path("demo/devices", demo_api.devices, name="demo-devices"),
    path("demo/sandbox/authorize/<uuid:payment_id>", demo_api.authorize, name="demo-authorize"),
]
