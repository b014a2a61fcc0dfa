"""What a person is told about their logins and their phone. Never a code, a token, a whole number or the name of a device."""

from __future__ import annotations

from uuid import UUID

from backend.people import phones
from backend.people.models import Session
from backend.people.reading import phone_of
from backend.people.texting import text_phone
from notifications.notices import notify
from notifications.templates import register_templates

ABOUT = "/api/v1/auth/sessions"
TEXTS = {
    "login.new-device": {
        "zh": "您的账户刚在一台新设备上登录。如不是您本人，请在「登录设备」中将其退出。",
        "en": "Your account was just opened on a new device. If that was not you, end it under Devices.",
    },
    "login.reuse": {
        "zh": "您的一处登录有异常，已将其退出。请重新登录，并查看「登录设备」。",
        "en": "One of your logins behaved strangely and was ended. Log in again and look at your devices.",
    },
    "login.reuse.text": {
        "zh": "【一刻】您的一处登录有异常，已将其退出。请重新登录并查看登录设备。",
        "en": "[Yike] One of your logins behaved strangely and was ended. Log in again and look at your devices.",
    },
    "phone.changed": {
        "zh": "您的登录手机号已更换，其他设备已退出登录。",
        "en": "The phone of your account was changed; your other devices were logged out.",
    },
    "phone.changed.text": {
        "zh": "【一刻】您的账户手机号已更换为 {phone}。如非本人办理，请立即拨打 12345 或到社区服务台。",
        "en": "[Yike] The phone of your account is now {phone}. If that was not you, call 12345 or your service desk at once.",
    },
    "phone.detached": {
        "zh": "您原来的手机号现由他人使用，已与您的账户解绑，账户和住所资料都保留。请携带证件到社区服务台登记新号码。",
        "en": "Your former number belongs to somebody else now and was taken off your account; account and home are kept. Bring "
        "a document to the service desk to register a new number.",
    },
    "phone.change-asked": {
        "zh": "社区服务台为您申请了更换手机号，24 小时后生效。如非本人意愿，请拒绝。",
        "en": "The service desk asked to change your phone; it takes effect in 24 hours. Refuse it if you do not want it.",
    },
    "phone.change-asked.text": {
        "zh": "【一刻】社区服务台为您申请把账户手机号更换为 {phone}，24 小时后生效。非本人意愿请登录一刻拒绝，或拨打 12345。",
        "en": "[Yike] The desk asked to change your account's phone to {phone}, in 24 hours. Log in to refuse, or call 12345.",
    },
    "phone.change-ended": {
        "zh": "更换手机号的申请未执行，您的手机号没有变化。",
        "en": "The change of your phone was not made; your phone is as before.",
    },
    "phone.change-not-made": {
        "zh": "您在服务台申请的一项手机号更换未执行。请让本人登录后，用新旧手机的验证码自行更换。",
        "en": "A change of phone that you asked for at the desk was not made. Let the person change it, with codes to both phones.",
    },
}


def register() -> None:
    """Make the texts known to the notices room."""
    register_templates(TEXTS)


def new_device(session: Session) -> None:
    """Tell the person of a login on a device that they never used before (inside a verb)."""
    notify(session.user_id, "login.new-device", {}, about=ABOUT, key=f"login.new-device:{session.id}")


def reuse(session: Session) -> None:
    """Tell the person that a login was ended because an old token of it came back: by notice, and by SMS (inside a verb)."""
    notify(session.user_id, "login.reuse", {}, about=ABOUT, key=f"login.reuse:{session.id}")
    if phone := phone_of(session.user_id):
        text_phone(phone, "login.reuse.text", {}, language=session.user.language)


def phone_changed(person_id: UUID, *, old: str, new: str, language: str) -> None:
    """Tell the person, and the old phone by SMS (inside a verb). `old` may be empty."""
    notify(person_id, "phone.changed", {}, about="/api/v1/me")
    if old:
        text_phone(old, "phone.changed.text", {"phone": phones.masked(new)}, language=language)


def phone_detached(person_id: UUID) -> None:
    """Tell whoever lost a number that is somebody else's now, by every way but the number (inside a verb)."""
    notify(person_id, "phone.detached", {}, about="/api/v1/me")


def change_asked(person_id: UUID, *, old: str, new: str, language: str, key: str) -> None:
    """Tell the person, and the old phone by SMS, of a change that waits (inside a verb)."""
    notify(person_id, "phone.change-asked", {}, about=ABOUT, key=key)
    if old:
        text_phone(old, "phone.change-asked.text", {"phone": phones.masked(new)}, language=language)


def change_ended(person_id: UUID) -> None:
    """Tell the person that a waiting change was not made (inside a verb)."""
    notify(person_id, "phone.change-ended", {}, about="/api/v1/me")


def change_not_made(asker_id: UUID, *, key: str) -> None:
    """Tell who asked at the desk that the change was not made; why, and whose, is not said (inside a verb)."""
    notify(asker_id, "phone.change-not-made", {}, about="/api/v1/me", key=key)
