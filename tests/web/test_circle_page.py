"""The page of the circle: what somebody else's address may say of it."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.web.conftest import Browser


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", ["9" * 5000, "²", "-5", "1e9"], ids=["endless", "raised", "negative", "written"])
def test_minutes_that_are_none_are_fifteen(cast: Cast, minutes: str) -> None:
    page = Browser(None).get(f"/app/circle?minutes={minutes}")
    assert (page.status_code, page.context["asked"]["minutes"]) == (200, 15)
