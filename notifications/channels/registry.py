"""Which providers each channel has here, in the order in which they are tried: by the environment; the demo has its outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.env import env
from notifications.channels import Provider
from notifications.channels.aliyun import AliyunSms, AliyunVoice
from notifications.channels.demo import Outbox
from notifications.channels.huawei import Huawei
from notifications.channels.mail import Smtp
from notifications.channels.twilio import TwilioSms, TwilioVoice
from notifications.channels.webpush import WebPush

SMS, VOICE, EMAIL, FCM, WEBPUSH, HUAWEI = "sms", "voice", "email", "fcm", "webpush", "huawei"
XIAOMI, OPPO, VIVO, JPUSH, WECHAT = "xiaomi", "oppo", "vivo", "jpush", "wechat"
SEAMS = (XIAOMI, OPPO, VIVO, JPUSH, WECHAT)
CHANNELS = (SMS, VOICE, EMAIL, FCM, WEBPUSH, HUAWEI, *SEAMS)

_used: dict[str, tuple[Provider, ...]] = {}


def use(channel: str, providers: Sequence[Provider] | None) -> None:
    """Make these the channel's providers in this process (a deployment's own adapter, or a test); None: the environment's again.

    This is also how an adapter for one of `SEAMS` is put in: no code for them is built in, so they are not configured.
    """
    if providers is None:
        _used.pop(channel, None)
    else:
        _used[channel] = tuple(providers)


def providers(channel: str) -> tuple[Provider, ...]:
    """The channel's providers, the preferred one first; none when nothing is configured."""
    if channel in _used:
        return _used[channel]
    if env.demo and channel in {SMS, VOICE, EMAIL}:
        return (Outbox(channel),)
    return tuple(_made[channel]()) if channel in _made else ()


def is_configured(channel: str) -> bool:
    return bool(providers(channel))


def _fcm() -> list[Provider]:
    if env.fcm_credentials is None:
        return []
    from notifications.channels.fcm import Fcm  # the SDK takes 0.6 s to import, and only a courier that pushes needs it

    return [Fcm(env.fcm_credentials)]


def _by_name(names: str, known: dict[str, Callable[[], Provider]]) -> list[Provider]:
    """The providers that have credentials, in the operator's order."""
    wanted = [name.strip() for name in names.split(",")]
    return [known[name]() for name in wanted if name in known and _has_credentials[name]()]


_has_credentials: dict[str, Callable[[], bool]] = {
    "aliyun": lambda: bool(env.aliyun_access_key_id and env.aliyun_access_key_secret),
    "twilio": lambda: bool(env.twilio_account_sid and env.twilio_auth_token and env.twilio_from),
}
_huawei = Huawei()
_made: dict[str, Callable[[], list[Provider]]] = {
    FCM: _fcm,
    SMS: lambda: _by_name(env.sms_providers, {"aliyun": AliyunSms, "twilio": TwilioSms}),
    VOICE: lambda: _by_name(env.voice_providers, {"aliyun": AliyunVoice, "twilio": TwilioVoice}),
    EMAIL: lambda: [Smtp()] if env.smtp_url else [],
    WEBPUSH: lambda: [WebPush()] if env.webpush_private_key else [],
    HUAWEI: lambda: [_huawei] if env.huawei_app_id and env.huawei_app_secret else [],
}
