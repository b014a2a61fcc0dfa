"""Naming what was wrong with a request: where, a stable code, words in both languages."""

from __future__ import annotations

from typing import Any

from backend.core.errors import FieldError

# pydantic's kind of fault → what a Chinese reader is told; braces take the limits that the fault carries.
WORDS = {
    "bool-parsing": "须为 true 或 false",
    "bool-type": "须为 true 或 false",
    "datetime-from-date-parsing": "须为 ISO 8601 格式的时间",
    "datetime-parsing": "须为 ISO 8601 格式的时间",
    "datetime-type": "须为 ISO 8601 格式的时间",
    "decimal-parsing": "须为数字",
    "decimal-type": "须为数字",
    "dict-type": "须为对象",
    "finite-number": "须为有限的数字",
    "float-parsing": "须为数字",
    "float-type": "须为数字",
    "greater-than": "须大于 {gt}",
    "greater-than-equal": "不能小于 {ge}",
    "int-from-float": "须为整数",
    "int-parsing": "须为整数",
    "int-parsing-size": "数字过大",
    "int-type": "须为整数",
    "less-than": "须小于 {lt}",
    "less-than-equal": "不能大于 {le}",
    "list-type": "须为列表",
    "literal-error": "须为以下之一：{expected}",
    "missing": "必填",
    "string-pattern-mismatch": "格式不正确",
    "string-too-long": "最多 {max_length} 个字符",
    "string-too-short": "至少 {min_length} 个字符",
    "string-type": "须为文本",
    "string-unicode": "须为文本",
    "time-parsing": "须为 HH:MM 格式的时间",
    "timezone-aware": "时间须带时区",
    "too-long": "最多 {max_length} 项",
    "too-short": "至少 {min_length} 项",
    "uuid-parsing": "须为 UUID",
    "uuid-type": "须为 UUID",
}
OTHER_WORDS = "格式不正确"


def field_error(fault: dict[str, Any]) -> FieldError:
    """One fault that pydantic found, as a field of ours."""
    code = str(fault["type"]).replace("_", "-")
    words = WORDS.get(code, OTHER_WORDS)
    try:
        words = words.format(**fault.get("ctx", {}))
    except (KeyError, IndexError):
        words = OTHER_WORDS
    return FieldError(_pointer(*fault["loc"]), code, str(fault["msg"]).removeprefix("Value error, "), words)


def _pointer(place: str, *path: Any) -> str:
    """A JSON pointer into the body (empty: all of it), `?name` of a query parameter, `#name` of a header."""
    if place in {"body", "form", "file"}:
        return "".join(f"/{part}" for part in (path[1:] if place == "body" else path))
    return f"?{path[-1]}" if place == "query" else f"#{'.'.join(map(str, path))}"
