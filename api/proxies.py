"""Behind a reverse proxy every peer is the proxy. Who really asks stands in `X-Forwarded-For`, believed only from proxies we know.

Without this all people behind the proxy would share one address, and so one limit of login codes; believing everybody's header
would let anybody choose an address.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.http import HttpRequest, HttpResponse

from backend.env import env

Next = Callable[[HttpRequest], HttpResponse]


class ForwardedMiddleware:
    """Put the asking address into `REMOTE_ADDR` when the peer is one of `TRUSTED_PROXIES`; else forget what it forwards."""

    def __init__(self, next_: Next) -> None:
        self.next = next_

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta: dict[str, Any] = request.META
        if _is_proxy(peer := _address(meta.get("REMOTE_ADDR"))):
            meta["REMOTE_ADDR"] = str(_nearest_stranger(meta.get("HTTP_X_FORWARDED_FOR", "")) or peer)
        else:
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.next(request)


def _address(text: Any) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(str(text).strip())
    except ValueError:
        return None


def _is_proxy(address: IPv4Address | IPv6Address | None) -> bool:
    return address is not None and any(address in network for network in env.proxy_networks)


def _nearest_stranger(forwarded: str) -> IPv4Address | IPv6Address | None:
    """The last address that is no proxy of ours: what stands before it, its sender may have invented."""
    for hop in reversed(forwarded.split(",")):
        address = _address(hop)
        if not _is_proxy(address):
            return address
    return None
