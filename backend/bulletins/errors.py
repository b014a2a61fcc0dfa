"""Refusals of bulletins."""

from backend.core.errors import Conflict, FieldError, Invalid


class ConfirmAudience(Conflict):
    """This reaches many people: read it again and send it with the number of people as `confirm_audience`."""

    code, zh = "confirm-audience", "将通知较多居民：请核对内容，并在 confirm_audience 中填写人数以确认"


class IdTaken(Conflict):
    """Somebody else has used this id."""

    code, zh = "id-taken", "该 id 已被他人使用"


class AlreadyClosed(Conflict):
    """This bulletin has ended or was withdrawn."""

    code, zh = "already-closed", "该公告已结束或已撤回"


def wrong(field: str, code: str, detail: str, zh: str) -> Invalid:
    return Invalid(FieldError(f"/{field}", code, detail, zh))
