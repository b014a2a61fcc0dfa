"""Which providers each channel has here, in the order in which they are tried: by the environment; the demo has its outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.env import env
from notifications.channels import Provider
from notifications.channels.demo import Outbox

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


_made: dict[str, Callable[[], list[Provider]]] = {FCM: _fcm}
