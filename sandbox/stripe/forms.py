"""Reading Stripe's form encoding: ``a[b][0]=x`` becomes ``{"a": {"b": ["x"]}}``; and checking what was read."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.errors import Json, StripeError, invalid_param, missing_param

_PART = re.compile(r"\[([^\[\]]*)\]")
_DEPTH = 10


def decode(raw: str) -> Json:
    """Nested parameters of a query string or form body. Lists arrive as ``a[]`` or ``a[0]``; all leaves are text."""
    root: Json = {}
    for name, value in parse_qsl(raw, keep_blank_values=True, max_num_fields=2000):
        head, _, _ = name.partition("[")
        parts = [head, *_PART.findall(name)]
        if len(parts) > _DEPTH:
            raise StripeError(400, "Invalid request: parameters are nested too deeply.")
        node = root
        for part in parts[:-1]:
            child = node.setdefault(part, {})
            if not isinstance(child, dict):
                raise invalid_param(name, f"Invalid request: '{name}' is given twice.")
            node = child
        last = parts[-1] or str(len(node))
        node[last] = value
    return {key: _lists(key, value) for key, value in root.items()}


def _lists(name: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and name != "metadata" and all(key.isdigit() for key in value):
        return [_lists("", value[key]) for key in sorted(value, key=int)]
    return {key: _lists(key, inner) for key, inner in value.items()}


def only(params: Json, allowed: frozenset[str]) -> None:
    """Refuse parameters Stripe would not know (``expand`` is known everywhere)."""
    unknown = sorted(set(params) - allowed - {"expand", "client_secret", "key"})
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        message = f"Received unknown parameter{plural}: {', '.join(unknown)}"
        raise invalid_param(unknown[0], message, "parameter_unknown")


def text(params: Json, name: str) -> str | None:
    """A text parameter; blank and absent are both None."""
    value = params.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise invalid_param(name, f"Invalid string: {name}")
    return value


def required_text(params: Json, name: str) -> str:
    value = text(params, name)
    if value is None:
        raise missing_param(name)
    return value


def integer(params: Json, name: str, *, least: int = 0, most: int = 99_999_999) -> int | None:
    """A whole number in ``least..most`` or None when absent."""
    value = text(params, name)
    if value is None:
        return None
    if not re.fullmatch(r"-?\d{1,18}", value):
        raise invalid_param(name, f"Invalid integer: {value}", "parameter_invalid_integer")
    number = int(value)
    if number < least:
        raise invalid_param(name, f"This value must be greater than or equal to {least}.", "parameter_invalid_integer")
    if number > most:
        raise invalid_param(name, f"Amount must be no more than {most}.", "amount_too_large")
    return number


def boolean(params: Json, name: str) -> bool:
    value = text(params, name)
    if value not in (None, "true", "false"):
        raise invalid_param(name, f"Invalid boolean: {value}")
    return value == "true"


def mapping(params: Json, name: str) -> Json:
    value = params.get(name)
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise invalid_param(name, f"Invalid object: {name}")
    return value


def texts(params: Json, name: str) -> list[str] | None:
    value = params.get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid_param(name, "Invalid array", "parameter_invalid_empty")
    return value


def url(params: Json, name: str) -> str | None:
    """An absolute URL: http(s), or an app's own scheme. ``javascript:`` and ``data:`` never."""
    value = text(params, name)
    if value is not None and not re.match(r"(?!javascript:|data:|vbscript:)[A-Za-z][A-Za-z0-9+.-]*://\S+$", value):
        raise invalid_param(name, "Not a valid URL", "url_invalid")
    return value


def merged_metadata(current: dict[str, str], params: Json) -> dict[str, str]:
    """Metadata after the request: keys merge, an empty value removes its key, an empty ``metadata`` clears all."""
    if "metadata" not in params:
        return current
    if params["metadata"] == "":
        return {}
    merged = dict(current)
    for key, value in mapping(params, "metadata").items():
        if not isinstance(value, str) or len(value) > 500 or len(key) > 40:
            raise invalid_param(f"metadata[{key}]", "Metadata keys hold up to 40 characters, values up to 500.")
        if value == "":
            merged.pop(key, None)
        else:
            merged[key] = value
    if len(merged) > 50:
        raise invalid_param("metadata", "Metadata can have up to 50 keys.")
    return merged
