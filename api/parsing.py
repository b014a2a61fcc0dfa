"""Reading JSON bodies: strict where Python is lenient, so that nothing unstorable goes further."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class StrictParser(Parser):
    """Refuses NaN and Infinity, NUL characters and lone halves of surrogate pairs: no database keeps them as text."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = request.body
        try:
            data = json.loads(body, parse_constant=_no_constant)
            if b"\\u" in body:
                text = json.dumps(data, ensure_ascii=False)
                text.encode()
                if "\\u0000" in text:
                    raise ValueError("NUL")
        except (ValueError, RecursionError):
            raise HttpError(400, "the body is not JSON") from None
        return data
