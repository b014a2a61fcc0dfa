"""Refusals: what a verb or a read answers instead of a result.

The class docstring is the English sentence a person reads, `zh` the Chinese one, `code` is stable. Keyword arguments become
extra members of the problem body. Only `api.problems` knows status numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One wrong field: `pointer` is a JSON pointer into the body (or `?name` for a query parameter)."""

    pointer: str
    code: str
    detail: str
    zh: str = ""

    def text(self, language: str) -> str:
        return self.zh if language.startswith("zh") and self.zh else self.detail


class Refusal(Exception):
    """The request was refused."""

    code: ClassVar[str] = "refused"
    zh: ClassVar[str] = "请求被拒绝"

    def __init__(self, *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(self.code)
        self.retry_after = retry_after
        self.extra = extra

    def text(self, language: str = "zh-CN") -> str:
        if language.startswith("zh"):
            return self.zh
        return (type(self).__doc__ or "").strip().splitlines()[0]


class NotFound(Refusal):
    """There is no such thing, or it is out of your sight."""

    code, zh = "not-found", "不存在，或您无权查看"


class Unauthenticated(Refusal):
    """Log in first."""

    code, zh = "unauthenticated", "请先登录"


class Forbidden(Refusal):
    """Your role does not allow this."""

    code, zh = "forbidden", "您的角色没有此权限"


class Conflict(Refusal):
    """The present state does not allow this."""

    code, zh = "conflict", "当前状态不允许此操作"


class Gone(Refusal):
    """This is no longer available."""

    code, zh = "gone", "已失效"


class TooLarge(Refusal):
    """What you sent is too large."""

    code, zh = "too-large", "内容过大"


class TooMany(Refusal):
    """Too many requests; wait a little."""

    code, zh = "too-many-requests", "请求过于频繁，请稍后再试"


class Unavailable(Refusal):
    """This part of the service is not available now; try again."""

    code, zh = "unavailable", "服务暂不可用，请稍后再试"


class PreconditionFailed(Refusal):
    """The thing was changed since you read it."""

    code, zh = "precondition-failed", "内容已被修改，请刷新后再试"


class BadRequest(Refusal):
    """The request cannot be understood."""

    code, zh = "bad-request", "无法理解的请求"


class Invalid(Refusal):
    """Some fields are not right."""

    code, zh = "invalid", "部分内容填写有误"

    def __init__(self, *errors: FieldError, **extra: Any) -> None:
        super().__init__(**extra)
        self.errors = errors
