"""A browser's worth of Django client: a session, CSRF checked, in the role that serves people."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import Member, as_app


class Browser:
    """Pages of one person (or of nobody). Forms are sent with the token of the page they were found on."""

    def __init__(self, member: Member | None = None, language: str = "zh-CN") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
        self.token = ""
        if member is not None:
            store = import_module(settings.SESSION_ENGINE).SessionStore()
            store["login"] = str(member.session.id)
            store.save()
            self.client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key

    def get(self, path: str, **options: Any) -> Any:
        with as_app():
            response = self.client.get(path, **options)
        if found := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', _text(response)):
            self.token = found[1]
        return response

    def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> Any:
        data = {"csrfmiddlewaretoken": self.token} | (form or {})
        with as_app():
            return self.client.post(path, data, **options)

    def hx(self, path: str, form: dict[str, Any] | None = None) -> Any:
        """As htmx sends it."""
        return self.post(path, form, headers={"HX-Request": "true", "X-CSRFToken": self.token})


def _text(response: Any) -> str:
    return "" if response.streaming else response.content.decode("utf-8", "replace")


@pytest.fixture
def browser_of() -> Callable[..., Browser]:
    return Browser
