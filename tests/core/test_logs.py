"""What a log line may hold: nothing by which a person is known or a door is opened."""

from __future__ import annotations

import pytest

from backend.core.logs import without_personal


@pytest.mark.parametrize(
    "secret",
    [
        "13800138000",
        "+8613800138000",
        "11010519491231002X",
        "Bearer abcdefghijklmnopqrst",
        "SOS abcdefghijklmnopqrst",
        "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_what_is_personal_is_struck_out(secret: str) -> None:
    assert without_personal(f"/ws/v1?x={secret} by {secret}!") == "/ws/v1?x=▮▮▮ by ▮▮▮!"


def test_ids_and_amounts_stay() -> None:
    line = "GET /api/v1/bills/01a206ba-7f21-76b6-8931-6f131fd302b7 fen=1380013 at 2026-11-23T05:00:00Z"
    assert without_personal(line) == line
