"""Reading JSON bodies: strict where Python is lenient, so that nothing unstorable goes further."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

from backend.core.errors import FieldError, Invalid

ALARMS = "/api/v1/emergency/alarms"
# What curl and others send when they are told nothing: it says nothing about the body.
UNSAID = frozenset({"", "application/x-www-form-urlencoded"})


class StrictParser(Parser):
    """Refuses NaN and Infinity, NUL characters and lone halves of surrogate pairs, and names the field that holds them.

    A call for help is taken as it comes: what makes no sense in it is left out where it is understood.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's JSON. Raises HttpError 415 when it says that it is something else, 400 when it is not JSON, Invalid."""
        body, is_alarm = request.body, request.path == ALARMS
        kind = (request.content_type or "").lower()
        if not is_alarm and kind not in UNSAID and kind != "application/json" and not kind.endswith("+json"):
            raise HttpError(415, "the body is not JSON")
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            raise HttpError(400, "the body is not JSON") from None
        if not is_alarm and (b"\\u" in body or b"N" in body or b"I" in body) and (faults := [*_unkeepable(data, "")]):
            raise Invalid(*faults)
        request.is_json_object = isinstance(data, dict)  # type: ignore[attr-defined]
        return data


def _unkeepable(data: Any, pointer: str) -> Iterator[FieldError]:
    match data:
        case str() if "\x00" in data or any("\ud800" <= c <= "\udfff" for c in data):
            yield FieldError(pointer, "not-text", "holds characters that are no text", "含有无法保存的字符")
        case float() if not math.isfinite(data):
            yield FieldError(pointer, "not-a-number", "must be a number", "须为数字")
        case dict():
            for key, value in data.items():
                yield from _unkeepable(key, pointer)
                yield from _unkeepable(value, f"{pointer}/{key}")
        case list():
            for number, value in enumerate(data):
                yield from _unkeepable(value, f"{pointer}/{number}")
