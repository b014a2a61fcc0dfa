"""What this room refuses."""

from typing import Any

from backend.core.errors import Conflict, FieldError, Invalid
from backend.tickets.flow import allowed


class WrongStep(Conflict):
    """This step is not possible now."""

    code, zh = "wrong-step", "当前不能执行此操作"

    def __init__(self, state: str, **extra: Any) -> None:
        super().__init__(state=state, allowed=allowed(state), **extra)


class IdTaken(Conflict):
    """Another thing already has this id."""

    code, zh = "id-taken", "该编号已被使用"


class NobodyAbove(Conflict):
    """Nobody above this office can take it."""

    code, zh = "nobody-above", "没有更高一级的办理单位"


def wrong(field: str, code: str, detail: str, zh: str) -> Invalid:
    """One wrong field of the body."""
    return Invalid(FieldError(f"/{field}", code, detail, zh))
