"""A person's devices as places for pushes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from backend.core.errors import Conflict, FieldError, Invalid, Unauthenticated
from backend.core.verb import Doer, record, verb
from notifications import addresses
from notifications.addresses import Address
from notifications.channels import registry, webpush
from notifications.channels.sealing import Reader


class ProviderNotConfigured(Conflict):
    """This push service is not configured here."""

    code, zh = "not-configured", "本系统未配置该推送服务"


@dataclass(frozen=True)
class Subscription:
    """What a browser's `PushSubscription` says: where, and for whom messages are sealed (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


@verb("push-token.registered")
def register_push(
    actor: Doer,
    *,
    device_key: str,
    platform: str,
    token: str = "",
    provider: str = addresses.FCM,
    subscription: Subscription | None = None,
) -> Address:
    """Send the device's pushes to this token or browser subscription; its former one, and the same of another person, retire.

    Raises Invalid, ProviderNotConfigured.
    """
    if actor.person_id is None:
        raise Unauthenticated
    identity = ""
    if provider == addresses.WEBPUSH:
        token, identity = _checked(subscription)
    elif not token:
        raise Invalid(FieldError("/token", "missing", "the registration token", "缺少推送令牌"))
    if provider != addresses.FCM and not registry.is_configured(provider):
        raise ProviderNotConfigured(provider=provider)
    return addresses.add(actor.person_id, provider, token, identity=identity, device_key=device_key, platform=platform)


def _checked(subscription: Subscription | None) -> tuple[str, str]:
    """A subscription as it is kept, and its endpoint, once both prove to be of a push service that we may call. Raises Invalid."""
    if subscription is None:
        raise Invalid(FieldError("/subscription", "missing", "the browser's subscription", "缺少浏览器订阅"))
    if not webpush.is_allowed(subscription.endpoint):
        raise Invalid(
            FieldError(
                "/subscription/endpoint", "endpoint-refused", "no push service we may call", "不是允许的推送服务地址"
            )
        )
    try:
        Reader.of(subscription.p256dh, subscription.auth)
    except ValueError:
        raise Invalid(
            FieldError("/subscription/keys", "keys-wrong", "not the keys of a subscription", "订阅密钥无效")
        ) from None
    kept = {"endpoint": subscription.endpoint, "p256dh": subscription.p256dh, "auth": subscription.auth}
    return json.dumps(kept), subscription.endpoint


@verb("push-token.removed")
def forget_push(actor: Doer, *, device_key: str) -> int:
    """Send no more pushes to this device; returns how many tokens were live."""
    if actor.person_id is None:
        raise Unauthenticated
    removed = addresses.retire_device(actor.person_id, device_key)
    record("push-token.removed", about=None, count=removed)
    return removed
