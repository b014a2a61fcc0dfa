"""The HSDS API with services of every odd kind in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from backend.directory.models import Service
from tests.cast import Cast, as_app
from tests.hsds import builders


class Api:
    """The API as a reader meets it, in the role that serves people."""

    def __init__(self, language: str = "zh-CN") -> None:
        self.client, self.language = Client(), language

    def get(self, path: str, **headers: str) -> Any:
        with as_app():
            return self.client.get(f"/hsds/v3{path}", headers={"Accept-Language": self.language} | headers)

    def post(self, path: str, **data: Any) -> Any:
        with as_app():
            return self.client.post(f"/hsds/v3{path}", data, content_type="application/json")

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.content[:300])
        return answer.json()


@pytest.fixture
def odd(cast: Cast) -> dict[str, Service]:
    return builders.make_odd_ones(cast)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def api_in() -> Callable[[str], Api]:
    return Api
